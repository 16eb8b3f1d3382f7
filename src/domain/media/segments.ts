import type { Begun } from './encode-chain.js';
import { ENCODERS, type EncodeWay } from './encode-way.js';
import type { EncodePlan, PlaybackPlan } from './playback-plan.js';
import type { PlaybackWork } from './playback-work.js';
import { valueOf } from './ratio.js';
import type { MediaSource, Ratio } from './source.js';

/** How a picture is cut into segments that join without a seam: a whole number of pictures each. */
export interface SegmentGrid {
  /** Pictures a second of the output. */
  rate: Ratio;
  /** Of every segment but the last. */
  frames: number;
}

/** What is worth keeping when an encode ends before its time: the finished segments and what they belong to. */
export interface SegmentCheckpoint {
  /** Of the source and of all that shapes the picture: segments of another key are of no use. */
  key: string;
  /** Segments 0 to `finished` - 1 are whole and checked. */
  finished: number;
  /** All pictures in them. */
  frames: number;
  /** The last of them is the film's last. */
  isWhole: boolean;
}

/** Keyframes are two seconds apart: at most this much is encoded twice after a pause. */
const KEYFRAMES_EACH = 2;
/** Below it a run is over before a pause is worth anything, seconds. */
const WORTHWHILE_SECONDS = 60;
/** A seek finds the very picture only where the container has an index of its pictures. */
const SEEKS_EXACTLY = /\b(mov|matroska|webm)\b/;

/** Undefined: in one piece, since it is short, its rate varies, or a seek would be off (media.md §3.4 "Chunked"). */
export function segmentGrid(
  source: Pick<MediaSource, 'container'>,
  plan: PlaybackPlan,
  { leastSeconds = WORTHWHILE_SECONDS }: { leastSeconds?: number } = {},
): SegmentGrid | undefined {
  const { video, seconds } = plan;
  if (video.kind === 'copy' || video.rate === null || seconds === null || seconds < leastSeconds)
    return undefined;
  if (!seeksExactly(source.container)) return undefined;
  return { rate: video.rate, frames: video.keyframeEvery * KEYFRAMES_EACH };
}

export function seeksExactly(container: string): boolean {
  return SEEKS_EXACTLY.test(container);
}

/** Seconds; exact to the microsecond that FFmpeg reckons with. */
export function segmentSeconds({ rate }: SegmentGrid, frames: number): number {
  return (frames * rate.den) / rate.num;
}

/**
 * Where a run that begins with picture `frame` of the output seeks to, seconds from the container's beginning, and how
 * much later its first picture comes. Half a picture early, so that rounded times of a container do not matter.
 */
export function seekTo(
  { beginsAt, rate }: EncodePlan & { rate: Ratio },
  { frame, sourceRate }: { frame: number; sourceRate: Ratio },
): { seekSeconds: number; lateSeconds: number } {
  if (frame === 0) return { seekSeconds: 0, lateSeconds: beginsAt };
  const at = beginsAt + (frame * rate.den) / rate.num;
  const half = 0.5 / valueOf(sourceRate);
  return { seekSeconds: at - half, lateSeconds: half };
}

type KeyedWork = Pick<PlaybackWork, 'identity' | 'profile'>;

/** The same of all segments that join: of one content and wish, by one encoder in one manner. */
export function segmentKey(work: KeyedWork, way: EncodeWay): string {
  const content = contentKey(work);
  if (way.encoder === 'software') return content;
  return [content, way.encoder, way.rateControl, ...(way.frugal ? ['frugal'] : [])].join(' ');
}

/** What the segments of a key were made by; undefined: they are of other content, or of another wish. */
export function begunBy(key: string, work: KeyedWork): Begun | undefined {
  const [content, profile, encoder = 'software', , frugal] = key.split(' ');
  if (`${content ?? ''} ${profile ?? ''}` !== contentKey(work)) return undefined;
  const known = ENCODERS.find((one) => one === encoder);
  return known === undefined ? undefined : { encoder: known, frugal: frugal !== undefined };
}

function contentKey({ identity, profile }: KeyedWork): string {
  return `${identity.headTailHash} ${profile}`;
}
