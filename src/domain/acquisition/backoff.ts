import { HOUR_MS, MINUTE_MS } from '../durations.js';
import type { IndexerOutcome } from './release.js';

/** How long a provider rests at each level (acquisition.md §3.2). */
const PERIODS_MS = [
  0,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
] as const;

const HIGHEST_LEVEL = PERIODS_MS.length - 1;
const LIMIT_WITHOUT_HEADER_MS = HOUR_MS;
const STARTUP_MS = 15 * MINUTE_MS;
const STARTUP_LONGEST_MS = 5 * MINUTE_MS;

/** `unreachable`: DNS or connection; the trouble may be ours, so the level stays. */
export type BackoffAnswer = 'ok' | 'limited' | 'failed' | 'unreachable';

export interface Backoff {
  /** 0 to 9. */
  level: number;
  /** Milliseconds since the epoch; null: may be asked at once. */
  until: number | null;
}

/** The level and the rest after one answer of a provider. Times are milliseconds. */
export function nextBackoff({
  level,
  restsUntil = null,
  answer,
  now,
  retryAfterMs,
  startedAt,
}: {
  level: number;
  /** It rests until then already, milliseconds; one outage is one failure, however many calls meet it at once. */
  restsUntil?: number | null;
  answer: BackoffAnswer;
  now: number;
  /** The provider's Retry-After; it wins where it is longer. */
  retryAfterMs?: number;
  /** When Longplay started: the first 15 minutes do not escalate, since networks come up late. */
  startedAt?: number;
}): Backoff {
  const rests = restsUntil !== null && restsUntil > now;
  if (answer === 'limited') {
    const next = afterLimit({ level, now, wait: retryAfterMs ?? LIMIT_WITHOUT_HEADER_MS });
    return rests && (next.until ?? 0) <= restsUntil ? { level, until: restsUntil } : next;
  }
  // Also after a good answer: it is to a call that was on its way before.
  if (rests) return { level, until: restsUntil };
  if (answer === 'ok') return { level: Math.max(0, level - 1), until: null };
  const starting = startedAt !== undefined && now - startedAt < STARTUP_MS;
  const next = answer === 'unreachable' || starting ? level : Math.min(HIGHEST_LEVEL, level + 1);
  // At level 0 a rest of nothing would ask in a loop, so it rests as at level 1.
  const period = periodOf(Math.max(1, next));
  return { level: next, until: now + (starting ? Math.min(period, STARTUP_LONGEST_MS) : period) };
}

/** How an outcome counts for the back-off. */
export function backoffAnswer(outcome: IndexerOutcome): BackoffAnswer {
  switch (outcome.outcome) {
    case 'ok':
      return 'ok';
    case 'throttled':
      return 'limited';
    case 'disabled':
      return 'failed';
    case 'error':
      return outcome.unreachable === true ? 'unreachable' : 'failed';
  }
}

/** Raises the level until its period covers the asked time, then rests the longer of both. */
function afterLimit({ level, now, wait }: { level: number; now: number; wait: number }): Backoff {
  const covering = PERIODS_MS.findIndex((period, at) => at >= level && period >= wait);
  const next = covering === -1 ? HIGHEST_LEVEL : covering;
  return { level: next, until: now + Math.max(wait, periodOf(next)) };
}

function periodOf(level: number): number {
  return PERIODS_MS[Math.min(HIGHEST_LEVEL, Math.max(0, level))] ?? 0;
}
