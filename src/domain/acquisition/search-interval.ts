import { HOUR_MS, MINUTE_MS } from '../durations.js';

const WEEK_MS = 168 * HOUR_MS;
const JITTER = 0.1;

/** 1 h, 6 h, 24 h, 72 h, then every 7 days, each ±10 %, so that a big list does not search in step (§3.1). */
const FIRST_INTERVALS_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS];

/**
 * How long to wait for the time no. `pass`, counted from 1.
 * @param random - from 0 to 1; 0.5 adds no jitter.
 */
export function nextSearchWaitMs(pass: number, random: number): number {
  const interval = FIRST_INTERVALS_MS[Math.max(1, pass) - 1] ?? WEEK_MS;
  return Math.round(interval * (1 + JITTER * (2 * random - 1)));
}

/** 5 min, doubling to 6 h: after failures that were no release's own, what fits is still there. */
export function againSoonMs(time: number): number {
  return Math.min(6 * HOUR_MS, 5 * MINUTE_MS * 2 ** Math.min(10, Math.max(0, time - 1)));
}
