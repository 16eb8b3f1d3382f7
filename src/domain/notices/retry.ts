import type { FaultKind } from '../faults.js';
import { doublingWait } from '../jobs/backoff.js';
import { HOUR_MS } from '../durations.js';

/** So long a notice is worth telling. */
export const GIVE_UP_DAYS = 3;
const GIVE_UP_MS = GIVE_UP_DAYS * 24 * HOUR_MS;

/** A message that is refused for itself must not keep those behind it. */
const REFUSED_TRIES = 5;

export interface FailedTry {
  kind: FaultKind;
  retryAfterMs: number | undefined;
  /** Of this notice, with this one. */
  tries: number;
  /** Of its target in a row, with this one. */
  failures: number;
  ageMs: number;
}

/** What follows a try that failed: how long its target rests, and whether the notice is tried again. */
export function afterFailure(failed: FailedTry): { waitMs: number; giveUp: boolean } {
  const { kind, retryAfterMs, tries, failures, ageMs } = failed;
  // A server's Retry-After wins (design, §2).
  const waitMs = retryAfterMs ?? doublingWait(failures, { first: 30_000, max: HOUR_MS });
  const isRefused = kind === 'bad_input' && tries >= REFUSED_TRIES;
  return { waitMs, giveUp: isRefused || ageMs >= GIVE_UP_MS };
}
