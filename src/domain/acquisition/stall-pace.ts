import { DAY_MS, HOUR_MS } from '../durations.js';
import type { DownloadItem } from './download.js';

/** How fast it comes, hour by hour of watched time. */
export interface Pace {
  /** Milliseconds of the present hour, and the bytes that were there when it began. */
  watchedMs: number;
  bytes: number;
  /** Hours on end at the pace of which it would need too long; milliseconds. */
  slowMs: number;
}

export const NEW_PACE: Pace = { watchedMs: 0, bytes: 0, slowMs: 0 };

/** acquisition.md §4.5: what is more than 14 days away. */
const TOO_FAR_MS = 14 * DAY_MS;

/** One good hour begins the count anew. `watchedMs`: since the last look, without gaps. */
export function tickPace(
  pace: Pace,
  { completedBytes, totalBytes }: Pick<DownloadItem, 'completedBytes' | 'totalBytes'>,
  watchedMs: number,
): Pace {
  const bytes = pace.watchedMs === 0 ? completedBytes : pace.bytes;
  const passedMs = pace.watchedMs + watchedMs;
  if (passedMs < HOUR_MS) return { ...pace, bytes, watchedMs: passedMs };
  const gained = completedBytes - bytes;
  const isSlow = gained * TOO_FAR_MS < (totalBytes - completedBytes) * passedMs;
  return { watchedMs: 0, bytes: completedBytes, slowMs: isSlow ? pace.slowMs + passedMs : 0 };
}
