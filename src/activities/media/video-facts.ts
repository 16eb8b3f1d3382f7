import path from 'node:path';

import type { FoundFile } from '../../domain/media/diff-scan.js';
import { displayedSize, orientationOf } from '../../domain/media/displayed.js';
import { unplayableReasons } from '../../domain/media/playable.js';
import type { MediaSource, Ratio, SourceDuration, VideoStream } from '../../domain/media/source.js';
import { titleOf } from '../../domain/media/video-name.js';
import { searchWords } from '../../domain/media/search-words.js';
import type { VideoFacts } from '../../store/media/video-scan.js';

type Named = Pick<VideoFacts, 'filename' | 'title' | 'words'>;

/** What a file's name alone tells. */
export function namesOf(relative: string): Named {
  const filename = path.posix.basename(relative);
  return { filename, title: titleOf(filename), words: searchWords(relative) };
}

type Inside = Omit<VideoFacts, keyof FoundFile | keyof Named | 'headTailHash'>;

const UNKNOWN: Inside = {
  valid: null,
  invalidReason: null,
  durationSeconds: null,
  orientation: null,
  width: null,
  height: null,
  rotation: null,
  fps: null,
  dynamicRange: null,
  container: null,
  videoCodec: null,
  audioCodecs: [],
  streams: null,
  playable: null,
  unplayableReasons: [],
};

/** A file whose inside is not as it should be: `valid` false; or that nobody could look into: null. */
export function asFinding(valid: false | null, reason: string): Inside {
  return { ...UNKNOWN, valid, invalidReason: reason };
}

/** What a description says of a file. Sound alone, with or without a cover, is no video (media.md §3.1). */
export function factsOf(source: MediaSource, filename: string): Inside {
  const container = {
    container: source.container,
    durationSeconds: lengthOf(source.duration),
    audioCodecs: source.audio.map(({ codec }) => codec),
    streams: source,
  };
  const { video } = source;
  if (video === null) return { ...asFinding(false, 'It has no picture that plays'), ...container };
  const reasons = unplayableReasons({ ...source, video }, filename);
  return {
    ...{ ...container, ...pictureOf(video), valid: true, invalidReason: null },
    ...{ playable: reasons.length === 0, unplayableReasons: reasons },
  };
}

function pictureOf(video: VideoStream) {
  const { width, height } = displayedSize(video);
  return {
    ...{ width, height, orientation: orientationOf({ width, height }), rotation: video.rotation },
    ...{ fps: perSecond(video.meanFrameRate) ?? perSecond(video.frameRate) },
    ...{ videoCodec: video.codec, dynamicRange: video.dynamicRange },
  };
}

/** The packets do not err; headers may (media.md §3.3). */
function lengthOf({ container, video, lastVideoPacket, lastPacket }: SourceDuration): number | null {
  return lastVideoPacket ?? video ?? container ?? lastPacket;
}

function perSecond({ num, den }: Ratio): number | null {
  return num > 0 && den > 0 ? num / den : null;
}
