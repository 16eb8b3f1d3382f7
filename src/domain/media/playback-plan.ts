import { chooseAudio } from './choose-tracks.js';
import { decidePlayback, type PlaybackDecision } from './decide-playback.js';
import { displayedSize } from './displayed.js';
import { ladderBitRate } from './ladder.js';
import { hasVaryingRate, sourceLength } from './length.js';
import { fitPicture, type Size } from './picture.js';
import { AUDIO_CODECS } from './playable.js';
import type { PlaybackWish, X264Preset } from './playback-wish.js';
import { dividedBy, isSameRatio, valueOf } from './ratio.js';
import type { AudioStream, MediaSource, Ratio, SubtitleStream, VideoStream } from './source.js';
import { Fault } from '../faults.js';

/**
 * Every stream of the output and what is done with it. FFmpeg's arguments are made from it, and the output is verified
 * against it, so that nothing can be asked for and not be looked for afterwards.
 */
export interface PlaybackPlan {
  decision: PlaybackDecision;
  video: VideoPlan;
  audio: AudioPlan[];
  subtitles: SubtitlePlan[];
  /** Streams that the output will not have, each with its reason: nothing is lost in silence. */
  dropped: { index: number; what: string; why: string }[];
  notes: string[];
  /** How long the picture plays, and where the last stream of the source ends, seconds; null: only decoding tells. */
  seconds: number | null;
  endSeconds: number | null;
}

export type VideoPlan =
  { index: number; kind: 'copy'; codec: string } | ({ index: number; kind: 'encode' } & EncodePlan);

export interface EncodePlan {
  /** Even, square pixels, turned upright. */
  size: Size;
  /** The picture has this size before: nothing is scaled. */
  isSameSize: boolean;
  /** Pictures a second, evenly spaced; null: their times stay as they are (media.md §3.4 "VFR"). */
  rate: Ratio | null;
  /** Where the picture begins on the time line of the container, seconds. */
  beginsAt: number;
  deinterlace: boolean;
  toneMap: boolean;
  /** What the colours of the source mean, where its tags tell or its size suggests. */
  colorMatrix: 'bt709' | 'bt601' | 'bt2020nc';
  fullRange: boolean;
  crf: number;
  preset: X264Preset;
  /** kbit/s. */
  maxRate: number;
  /** Pictures between two that stand alone: two seconds. */
  keyframeEvery: number;
}

export type AudioPlan =
  | { index: number; kind: 'copy'; codec: string; language: string | null; title: string | null }
  | { index: number; kind: 'encode'; kbits: number; language: string | null; title: string | null };

export interface SubtitlePlan {
  index: number;
  language: string | null;
  title: string | null;
  isForced: boolean;
}

const KEYFRAME_SECONDS = 2;
/** AAC in stereo, each track (media.md §3.4). */
const AUDIO_KBITS = 128;

/**
 * `filename` tells WebM from Matroska and MP4 from QuickTime.
 * @throws Fault bad_input for what cannot become a playback file: no picture, a file that was cut short, colours that
 * cannot be shown, or HDR where it is to be refused.
 */
export function planPlayback(source: MediaSource, wish: PlaybackWish, filename: string): PlaybackPlan {
  const playing = requirePlaying(source, wish);
  const sound = chooseAudio(source.audio, wish.audioLanguages);
  const decision = decidePlayback(playing, { wish, kept: sound.kept, filename });
  const encodes = decision.video.length > 0;
  return {
    decision,
    video: encodes
      ? { index: playing.video.index, kind: 'encode', ...planEncode(playing, wish) }
      : { index: playing.video.index, kind: 'copy', codec: playing.video.codec },
    audio: sound.kept.map(planAudio),
    subtitles: source.subtitles.filter((track) => isKept(track, wish)).map(planSubtitle),
    dropped: [
      ...sound.dropped.map(({ track, why }) => ({ index: track.index, what: `sound (${track.codec})`, why })),
      ...source.subtitles
        .filter((track) => !isKept(track, wish))
        .map(({ index, codec, kind }) => ({
          ...{ index, what: `subtitle (${codec})` },
          why: kind === 'picture' ? 'MP4 holds no subtitles that are pictures' : 'not asked for',
        })),
      ...source.others.map(({ index, kind, codec }) => ({
        ...{ index, what: `${kind} (${codec})`, why: 'a playback file has no use for it' },
      })),
    ],
    notes: sound.notes,
    seconds: sourceLength(source).seconds,
    endSeconds: source.duration.lastPacket,
  };
}

function requirePlaying(source: MediaSource, { hdr }: PlaybackWish): MediaSource & { video: VideoStream } {
  const { video } = source;
  if (video === null) {
    throw new Fault('bad_input', 'Expected a file with a picture that plays, it has none');
  }
  const { cutShort } = sourceLength(source);
  if (cutShort !== null) {
    const { endsAt, of } = cutShort;
    throw new Fault('bad_input', `The source ends at ${endsAt.toFixed(1)} of ${of.toFixed(1)} s`, {
      remedy: 'Fetch the file again: the rest of it is not there',
    });
  }
  if (video.dynamicRange === 'dolby5') {
    throw new Fault('bad_input', 'Its colours are Dolby Vision alone, which nothing here can show rightly', {
      remedy: 'Take a version of it with HDR10 or SDR',
    });
  }
  if (hdr === 'refuse' && video.dynamicRange !== 'sdr') {
    throw new Fault('bad_input', `High dynamic range (${video.dynamicRange}) is to be refused`, {
      remedy: 'Ask for hdr "tonemap"',
    });
  }
  return { ...source, video };
}

function planEncode(source: MediaSource & { video: VideoStream }, wish: PlaybackWish): EncodePlan {
  const { video } = source;
  const size = fitPicture(video, wish.maxHeight);
  const shown = displayedSize(video);
  const rate = planRate(video, wish.maxFps);
  const perSecond = valueOf(rate ?? video.meanFrameRate);
  const ladder = ladderBitRate(size, Math.min(perSecond, wish.maxFps));
  return {
    size,
    isSameSize: size.width === shown.width && size.height === shown.height && hasSquarePixels(video),
    rate,
    beginsAt: Math.max(0, video.startSeconds - source.startSeconds),
    deinterlace: video.scan === 'interlaced',
    toneMap: video.dynamicRange !== 'sdr',
    colorMatrix: colorMatrixOf(video),
    fullRange: video.color.range === 'pc' || video.pixelFormat.startsWith('yuvj'),
    crf: wish.crf,
    preset: wish.preset,
    maxRate: wish.targetBitrate === 'auto' ? ladder : wish.targetBitrate,
    keyframeEvery: Math.max(1, Math.round(perSecond * KEYFRAME_SECONDS)),
  };
}

function hasSquarePixels({ pixelAspect }: VideoStream): boolean {
  return isSameRatio(pixelAspect, { num: 1, den: 1 });
}

/** A steady rate is divided by a whole number, so that each picture of the output is one of the source. */
function planRate(video: VideoStream, maxFps: number): Ratio | null {
  const most = maxFps * 1.02;
  if (hasVaryingRate(video)) return valueOf(video.meanFrameRate) <= most ? null : { num: maxFps, den: 1 };
  return dividedBy(video.frameRate, Math.max(1, Math.ceil(valueOf(video.frameRate) / most)));
}

/** An untagged picture of 720 lines or more is taken for HD, as players do. */
export function colorMatrixOf({ color, height, width }: VideoStream): EncodePlan['colorMatrix'] {
  if (color.space === 'bt709') return 'bt709';
  if (color.space?.startsWith('bt2020') === true) return 'bt2020nc';
  if (color.space !== null) return 'bt601';
  return Math.min(width, height) >= 720 ? 'bt709' : 'bt601';
}

function planAudio({ index, codec, language, title }: AudioStream): AudioPlan {
  const named = { index, language, title };
  return AUDIO_CODECS.includes(codec)
    ? { ...named, kind: 'copy', codec }
    : { ...named, kind: 'encode', kbits: AUDIO_KBITS };
}

function isKept({ kind }: SubtitleStream, { subtitles }: PlaybackWish): boolean {
  return kind === 'text' && subtitles === 'keep';
}

function planSubtitle({ index, language, title, isForced }: SubtitleStream): SubtitlePlan {
  return { index, language, title, isForced };
}
