import { MINUTE_MS } from '../durations.js';
import type { DownloadItem } from './download.js';

/** What the clock remembers between polls; times are milliseconds since the epoch. */
export interface StallClock {
  /** Since when it runs without progress; null while it stands still. */
  since: number | null;
  /** Milliseconds without progress before `since`, from earlier stretches. */
  spentMs: number;
  /** Bytes at the last progress. */
  bytes: number;
}

export interface StallLimits {
  metadataMs: number;
  withoutSeedsMs: number;
  withoutProgressMs: number;
}

/** acquisition.md §4.5. */
export const STALL_LIMITS: StallLimits = {
  metadataMs: 30 * MINUTE_MS,
  withoutSeedsMs: 120 * MINUTE_MS,
  withoutProgressMs: 720 * MINUTE_MS,
};

/** The same in minutes, as people set it; what is absent has its default. */
export interface StallMinutes {
  metadata?: number;
  withoutSeeds?: number;
  withoutProgress?: number;
}

export function stallLimits({ metadata, withoutSeeds, withoutProgress }: StallMinutes): StallLimits {
  const ms = (minutes: number | undefined, usual: number): number =>
    minutes === undefined ? usual : minutes * MINUTE_MS;
  return {
    metadataMs: ms(metadata, STALL_LIMITS.metadataMs),
    withoutSeedsMs: ms(withoutSeeds, STALL_LIMITS.withoutSeedsMs),
    withoutProgressMs: ms(withoutProgress, STALL_LIMITS.withoutProgressMs),
  };
}

export const NEW_CLOCK: StallClock = { since: null, spentMs: 0, bytes: 0 };

const LEAST_BYTES = 1024 * 1024;
const LEAST_SHARE = 0.001;
/** Three times the tick of a client with something active (acquisition.md §4.1). */
const LONGEST_POLL_MS = 30_000;

/** Only new verified bytes are progress; a blip of speed is not. The clock stands while nothing could move. */
export function tickStallClock(
  clock: StallClock,
  item: Pick<DownloadItem, 'state' | 'completedBytes' | 'totalBytes' | 'seeders'>,
  { nowMs, limits = STALL_LIMITS }: { nowMs: number; limits?: StallLimits },
): { clock: StallClock; progressed: boolean; stalled: string | null } {
  const runs = item.state === 'metadata' || item.state === 'active' || item.state === 'stalled';
  const gained = item.completedBytes - clock.bytes;
  const progressed = gained > 0 && gained >= Math.min(LEAST_BYTES, item.totalBytes * LEAST_SHARE);
  if (progressed) {
    return {
      clock: { since: runs ? nowMs : null, spentMs: 0, bytes: item.completedBytes },
      progressed,
      stalled: null,
    };
  }
  const spentMs = clock.spentMs + watchedMs(clock.since, nowMs);
  const next = { since: runs ? nowMs : null, spentMs, bytes: clock.bytes };
  return { clock: next, progressed: false, stalled: runs ? stallOf(item, spentMs, limits) : null };
}

/** Nobody knows what was in a gap: the client was down, or nobody asked it (acquisition.md §4.5: the clock stops). */
function watchedMs(since: number | null, nowMs: number): number {
  const elapsed = since === null ? 0 : nowMs - since;
  return elapsed < 0 || elapsed > LONGEST_POLL_MS ? 0 : elapsed;
}

function stallOf(
  item: Pick<DownloadItem, 'state' | 'seeders'>,
  spentMs: number,
  limits: StallLimits,
): string | null {
  const minutes = Math.round(spentMs / MINUTE_MS);
  if (item.state === 'metadata') {
    return spentMs >= limits.metadataMs ? `its metadata did not come in ${minutes} min` : null;
  }
  if ((item.seeders ?? 0) === 0 && spentMs >= limits.withoutSeedsMs)
    return `no seeds and no progress for ${minutes} min`;
  return spentMs >= limits.withoutProgressMs ? `no progress for ${minutes} min` : null;
}
