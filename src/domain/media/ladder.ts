import { shortSide, type Size } from './picture.js';

/** Short side in pixels, and the most that a good picture of it takes, kbit/s, up to 30 frames a second (media.md §3.4). */
const LADDER = [
  [360, 1_000],
  [480, 1_500],
  [720, 3_000],
  [1_080, 5_000],
  [1_440, 9_000],
  [2_160, 16_000],
] as const;
const FAST_ABOVE_FPS = 30.5;
const FAST_FACTOR = 1.5;

/** kbit/s. */
export function ladderBitRate(size: Size, framesPerSecond: number): number {
  const short = shortSide(size);
  const step = LADDER.find(([side]) => short <= side) ?? LADDER[LADDER.length - 1];
  const bitRate = step?.[1] ?? 0;
  return framesPerSecond > FAST_ABOVE_FPS ? bitRate * FAST_FACTOR : bitRate;
}
