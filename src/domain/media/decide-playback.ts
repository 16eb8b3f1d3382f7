import { displayedSize } from './displayed.js';
import { ladderBitRate } from './ladder.js';
import { fitPicture, shortSide } from './picture.js';
import { AUDIO_CODECS, containerReasons, VIDEO_CODECS, type UnplayableReason } from './playable.js';
import type { PlaybackWish } from './playback-wish.js';
import { valueOf } from './ratio.js';
import type { AudioStream, MediaSource, VideoStream } from './source.js';
import { endingOf } from './video-name.js';

/** What has to be done to a source until every browser plays it. */
export type PlaybackAction = 'nothing' | 'remux' | 'audio' | 'video' | 'both';

export interface PlaybackDecision {
  action: PlaybackAction;
  /** Why the picture cannot stay as it is; empty where it can. The same for the sound and for the container. */
  video: string[];
  audio: string[];
  container: string[];
}

/** All of them. */
export function reasonsOf({ video, audio, container }: PlaybackDecision): string[] {
  return [...video, ...audio, ...container];
}

/** A bit rate alone is a reason only where it is far above what the picture needs. */
const WASTEFUL = 2;

/**
 * Decides first and encodes then (media.md §3.4): a copy keeps the picture as it is and takes seconds. `kept` are the
 * sound tracks that the output will have.
 */
export function decidePlayback(
  source: MediaSource & { video: VideoStream },
  { wish, kept, filename }: { wish: PlaybackWish; kept: AudioStream[]; filename: string },
): PlaybackDecision {
  const video = videoReasons(source, wish);
  const audio = kept.flatMap(audioReasons);
  const container = containerReasons(source, filename).map((reason) => sayContainer(reason, filename));
  return { action: actionOf({ video, audio, container }), video, audio, container };
}

function actionOf({ video, audio, container }: Omit<PlaybackDecision, 'action'>): PlaybackAction {
  if (video.length > 0) return audio.length > 0 ? 'both' : 'video';
  if (audio.length > 0) return 'audio';
  return container.length > 0 ? 'remux' : 'nothing';
}

function videoReasons(source: MediaSource & { video: VideoStream }, wish: PlaybackWish): string[] {
  const { video } = source;
  const size = displayedSize(video);
  const fps = valueOf(video.meanFrameRate);
  return [
    ...formatReasons(video, source.container),
    ...(shortSide(size) > wish.maxHeight
      ? [`${shortSide(size)} lines, ${wish.maxHeight} are asked for`]
      : []),
    ...(fps > wish.maxFps * 1.02 ? [`${round(fps)} frames a second, ${wish.maxFps} are asked for`] : []),
    ...bitRateReasons(source, wish),
  ];
}

function formatReasons(video: VideoStream, container: string): string[] {
  const { codec, bitDepth, chroma, dynamicRange, scan } = video;
  return [
    ...(VIDEO_CODECS.includes(codec) ? [] : [`browsers do not play ${codec}`]),
    ...(bitDepth > 8 ? [`${bitDepth} bits a colour, browsers show 8`] : []),
    ...(chroma === '4:2:0' ? [] : [`colours are kept as ${chroma}, browsers show 4:2:0`]),
    ...(dynamicRange === 'sdr' ? [] : [`high dynamic range (${dynamicRange})`]),
    ...(scan === 'interlaced' ? ['its lines are interlaced'] : []),
    ...(/\bavi\b/.test(container) ? ['AVI keeps no times of its pictures'] : []),
  ];
}

function bitRateReasons(source: MediaSource & { video: VideoStream }, wish: PlaybackWish): string[] {
  const { video } = source;
  const size = fitPicture(video, wish.maxHeight);
  const bitRate = video.bitRate ?? source.bitRate;
  if (bitRate === null) return [];
  const kbits = Math.round(bitRate / 1_000);
  const auto = ladderBitRate(size, valueOf(video.meanFrameRate)) * WASTEFUL;
  const most = wish.targetBitrate === 'auto' ? auto : wish.targetBitrate;
  return kbits > most ? [`${kbits} kbit/s, at most ${most} are wanted`] : [];
}

function audioReasons({ codec, index }: AudioStream): string[] {
  return AUDIO_CODECS.includes(codec) ? [] : [`browsers do not play ${codec} (stream ${index})`];
}

function sayContainer(reason: UnplayableReason, filename: string): string {
  return reason === 'index_at_end'
    ? 'its index stands at its end, so that it cannot begin to play at once'
    : `the container is ${endingOf(filename)}, not MP4`;
}

function round(rate: number): number {
  return Math.round(rate * 100) / 100;
}
