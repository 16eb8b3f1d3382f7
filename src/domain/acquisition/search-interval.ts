const HOUR_MS = 3_600_000;

/** 1 h, 6 h, 24 h, 72 h, then every 7 days (acquisition.md §3.1); the caller adds jitter. */
const INTERVALS_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS, 168 * HOUR_MS];

/** How long to wait after search no. `pass`, counted from 1. */
export function nextSearchWaitMs(pass: number): number {
  return INTERVALS_MS[Math.min(pass, INTERVALS_MS.length) - 1] ?? 168 * HOUR_MS;
}
