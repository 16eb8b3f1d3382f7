import { setTimeout as sleep } from 'node:timers/promises';

import { Fault } from '../../domain/faults.js';
import { doublingWait } from '../../domain/jobs/backoff.js';

/** Repeats while the database (or another part of our own set) is away, 0.2 s to 5 s apart, until `signal`. */
export async function patiently<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'environment') throw error;
      if (signal.aborted) throw signal.reason;
      await sleep(doublingWait(failures, { first: 200, max: 5_000 }), undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    }
  }
}

/**
 * Aborts `graceMs` after `signal` did: what must still be written at the end of cancelled or interrupted work
 * gets that long, and without an abort it gets as long as it takes.
 */
export function graceAfter(signal: AbortSignal, graceMs: number): AbortSignal {
  const grace = new AbortController();
  const begin = (): void => {
    setTimeout(() => {
      grace.abort(signal.reason);
    }, graceMs).unref();
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return grace.signal;
}
