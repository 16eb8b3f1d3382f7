import { MINUTE_MS } from '../durations.js';
import type { DownloadItem } from './download.js';
import { NEW_PACE, tickPace, type Pace } from './stall-pace.js';

/** What the clock remembers between polls. */
export interface StallClock {
  /** When it was looked at last, milliseconds since the epoch; null while it stands still. */
  since: number | null;
  /** Milliseconds without progress. */
  spentMs: number;
  /** The last of them, in which nobody had the data. */
  seedlessMs: number;
  /** Bytes at the last progress. */
  bytes: number;
  pace: Pace;
}

export interface StallLimits {
  metadataMs: number;
  withoutSeedsMs: number;
  withoutProgressMs: number;
  tooSlowMs: number;
}

/** acquisition.md §4.5. */
export const STALL_LIMITS: StallLimits = {
  metadataMs: 30 * MINUTE_MS,
  withoutSeedsMs: 120 * MINUTE_MS,
  withoutProgressMs: 720 * MINUTE_MS,
  tooSlowMs: 1_440 * MINUTE_MS,
};

/** The same in minutes, as people set it; what is absent has its default. */
export interface StallMinutes {
  metadata?: number;
  withoutSeeds?: number;
  withoutProgress?: number;
  tooSlow?: number;
}

export function stallLimits({ metadata, withoutSeeds, withoutProgress, tooSlow }: StallMinutes): StallLimits {
  const ms = (minutes: number | undefined, usual: number): number =>
    minutes === undefined ? usual : minutes * MINUTE_MS;
  return {
    metadataMs: ms(metadata, STALL_LIMITS.metadataMs),
    withoutSeedsMs: ms(withoutSeeds, STALL_LIMITS.withoutSeedsMs),
    withoutProgressMs: ms(withoutProgress, STALL_LIMITS.withoutProgressMs),
    tooSlowMs: ms(tooSlow, STALL_LIMITS.tooSlowMs),
  };
}

export const NEW_CLOCK: StallClock = { since: null, spentMs: 0, seedlessMs: 0, bytes: 0, pace: NEW_PACE };

type Watched = Pick<DownloadItem, 'state' | 'completedBytes' | 'totalBytes' | 'seeders'>;

const LEAST_BYTES = 1024 * 1024;
const LEAST_SHARE = 0.001;
/** Three times the tick of a client with something active (acquisition.md §4.1). */
const LONGEST_POLL_MS = 30_000;

/** Only new verified bytes are progress; a blip of speed is not. The clock stands while nothing could move. */
export function tickStallClock(
  clock: StallClock,
  item: Watched,
  { nowMs, limits = STALL_LIMITS }: { nowMs: number; limits?: StallLimits },
): { clock: StallClock; progressed: boolean; stalled: string | null } {
  const runs = item.state === 'metadata' || item.state === 'active' || item.state === 'stalled';
  const gained = item.completedBytes - clock.bytes;
  const progressed = gained > 0 && gained >= Math.min(LEAST_BYTES, item.totalBytes * LEAST_SHARE);
  const passedMs = watchedMs(clock.since, nowMs);
  const pace = item.state === 'metadata' ? clock.pace : tickPace(clock.pace, item, passedMs);
  const since = runs ? nowMs : null;
  const next = progressed
    ? { since, spentMs: 0, seedlessMs: 0, bytes: item.completedBytes, pace }
    : { since, ...withoutProgress(clock, item, passedMs), bytes: clock.bytes, pace };
  return { clock: next, progressed, stalled: runs ? stallOf(item, next, limits) : null };
}

function withoutProgress(
  { spentMs, seedlessMs }: StallClock,
  { seeders }: Watched,
  passedMs: number,
): Pick<StallClock, 'spentMs' | 'seedlessMs'> {
  return { spentMs: spentMs + passedMs, seedlessMs: seeders === 0 ? seedlessMs + passedMs : 0 };
}

/** Nobody knows what was in a gap: the client was down, or nobody asked it (acquisition.md §4.5: the clock stops). */
function watchedMs(since: number | null, nowMs: number): number {
  const elapsed = since === null ? 0 : nowMs - since;
  return elapsed < 0 || elapsed > LONGEST_POLL_MS ? 0 : elapsed;
}

function stallOf(
  { state }: Watched,
  { spentMs, seedlessMs, pace }: StallClock,
  limits: StallLimits,
): string | null {
  if (state === 'metadata') {
    return spentMs >= limits.metadataMs ? `its metadata did not come in ${minutes(spentMs)}` : null;
  }
  if (seedlessMs >= limits.withoutSeedsMs) return `no seeds and no progress for ${minutes(seedlessMs)}`;
  if (spentMs >= limits.withoutProgressMs) return `no progress for ${minutes(spentMs)}`;
  if (pace.slowMs < limits.tooSlowMs) return null;
  return `too slow for ${minutes(pace.slowMs)}: at that pace more than 14 days are left`;
}

function minutes(ms: number): string {
  return `${Math.round(ms / MINUTE_MS)} min`;
}
