import { Fault } from '../faults.js';
import { displayedSize } from './displayed.js';
import { sourceLength } from './length.js';
import type { Size } from './picture.js';
import { colorMatrixOf, type EncodePlan } from './playback-plan.js';
import type { MediaSource, VideoStream } from './source.js';

/** What somebody asks of a thumbnail; `timestamp` in seconds, default a quarter of the length. */
export interface ThumbnailWish {
  timestamp?: number;
  width: number;
  poster: boolean;
  sprite: boolean;
}

/** Where a still picture is taken from: the most telling of those after a moment, the first that decodes, or the cover. */
export type StillPlace =
  { kind: 'moment'; seconds: number } | { kind: 'first' } | { kind: 'cover'; index: number };

/** How a picture of the film becomes a still. */
export interface StillPlan {
  index: number;
  size: Size;
  toneMap: boolean;
  colorMatrix: EncodePlan['colorMatrix'];
  /** Of so many pictures after a moment the most telling is taken. */
  among: number;
}

/** One picture of many small ones, evenly spaced. */
export interface SpritePlan {
  columns: number;
  rows: number;
  tile: Size;
  /** Between two of them. */
  everySeconds: number;
  /** Only what decodes alone is looked at: a film costs seconds instead of minutes. */
  keyframesOnly: boolean;
  limitMs: number;
}

export interface ThumbnailPlan {
  /** In the order in which they are tried. */
  places: StillPlace[];
  /** Null: there is the cover alone. */
  still: StillPlan | null;
  width: number;
  posterWidth: number | null;
  sprite: SpritePlan | null;
  /** One picture takes no longer, milliseconds. */
  limitMs: number;
  notes: string[];
}

const POSTER_WIDTH = 1_000;
const DEFAULT_SHARE = 0.25;
/** So near its end a film has faded out, and FFmpeg finds no picture any more. */
const BEFORE_END = 0.5;
const STEPS_ON = 5;
const STEP_SHARE = 0.1;
/** Shorter films have one moment, their first. */
const SHORT = 1;
const LIMIT_MS = { sdr: 10_000, hdr: 20_000 } as const;

/** @throws Fault bad_input for what has neither a picture that plays nor a cover, or colours that cannot be shown. */
export function planThumbnail(source: MediaSource, wish: ThumbnailWish): ThumbnailPlan {
  const cover = source.others.find(({ kind }) => kind === 'cover');
  const video = source.video?.dynamicRange === 'dolby5' ? null : source.video;
  if (video === null && cover === undefined) throw unshowable(source);
  const seconds = sourceLength(source).seconds;
  const moments = video === null ? [] : momentsOf(seconds, wish.timestamp);
  const sprite = video === null || !wish.sprite ? null : planSprite(source, video, seconds);
  return {
    places: [
      ...moments.map((at): StillPlace => ({ kind: 'moment', seconds: at })),
      ...(video === null ? [] : [{ kind: 'first' } as const]),
      ...(cover === undefined ? [] : [{ kind: 'cover', index: cover.index } as const]),
    ],
    still: video === null ? null : planStill(video, wish.width),
    width: wish.width,
    posterWidth: wish.poster ? POSTER_WIDTH : null,
    sprite,
    limitMs: video === null || video.dynamicRange === 'sdr' ? LIMIT_MS.sdr : LIMIT_MS.hdr,
    notes: wish.sprite && sprite === null ? ['no sprite: its length is not known, or nothing moves'] : [],
  };
}

function unshowable({ video }: MediaSource): Fault {
  if (video === null)
    return new Fault('bad_input', 'Expected a file with a picture, it has sound alone, and no cover');
  return new Fault('bad_input', 'Its colours are Dolby Vision alone, which nothing here can show rightly', {
    remedy: 'Take a version of it with HDR10 or SDR',
  });
}

/** Seconds from the beginning: the wished one, then on in steps, around the end to the beginning. */
export function momentsOf(length: number | null, timestamp: number | undefined): number[] {
  if (length === null) return [timestamp ?? 0];
  if (length < SHORT) return [0];
  const last = length - BEFORE_END;
  const first = Math.min(timestamp ?? length * DEFAULT_SHARE, last);
  const times = [first];
  for (let step = 1; step <= STEPS_ON; step += 1) times.push((first + step * length * STEP_SHARE) % last);
  return times.map((time) => Math.round(time * 1_000) / 1_000);
}

/** Never larger than the source; its height is even, since two lines share their colours. */
export function stillSize(video: VideoStream, width: number): Size {
  const shown = displayedSize(video);
  const wide = Math.min(width, shown.width);
  return { width: wide, height: Math.max(2, 2 * Math.round((shown.height * wide) / shown.width / 2)) };
}

const MOST_AMONG = 100;
/** Pixels that are decoded, and those that are tone-mapped, within the limit on a slow host. */
const DECODED = MOST_AMONG * 1_920 * 1_080;
const TONE_MAPPED = MOST_AMONG * 640 * 360;

export function planStill(video: VideoStream, width: number): StillPlan {
  const size = stillSize(video, width);
  const toneMap = video.dynamicRange !== 'sdr';
  const most = [
    MOST_AMONG,
    DECODED / (video.width * video.height),
    ...(toneMap ? [TONE_MAPPED / (size.width * size.height)] : []),
  ];
  return {
    ...{ index: video.index, size, toneMap, colorMatrix: colorMatrixOf(video) },
    among: Math.max(1, Math.floor(Math.min(...most))),
  };
}

const TILES = { columns: 4, rows: 3, width: 160 };
/** Below this all is decoded: keyframes would be too few. */
const DECODED_WHOLE = 60;

function planSprite(source: MediaSource, video: VideoStream, seconds: number | null): SpritePlan | null {
  if (seconds === null || seconds <= 0) return null;
  const { columns, rows, width } = TILES;
  const { height } = stillSize(video, width);
  // A stream may begin anywhere, and what "key" says in it is not to be relied on (media.md §3.9).
  const keyframesOnly = seconds > DECODED_WHOLE && !source.container.startsWith('mpeg');
  return {
    ...{ columns, rows, tile: { width, height }, keyframesOnly },
    everySeconds: seconds / (columns * rows),
    limitMs: Math.round(LIMIT_MS.hdr + seconds * (keyframesOnly ? 50 : 1_000)),
  };
}
