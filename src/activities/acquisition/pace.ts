import { setTimeout as sleep } from 'node:timers/promises';

import { isPrivateHost } from '../../integrations/indexers/allowed-hosts.js';
import { reserveCall, type IndexerRow } from '../../store/acquisition/indexers.js';
import type { Queryable } from '../../store/database.js';

/** Waits until the next call to an indexer may be made. */
export interface Pace {
  intervalMs: number;
  wait: (signal: AbortSignal) => Promise<void>;
}

/** acquisition.md §1.6. */
const INTERVAL_MS = 2_000;
/** A call that is later than its turn takes another: two late ones must not meet. */
const LATEST_MS = 200;

/**
 * At least the interval lies between two calls to one indexer, whichever workers make them: each takes the next free
 * turn in Postgres. A proxy in the own network (Prowlarr, Jackett) keeps the limits of its indexers by itself.
 */
export function paceOf(
  db: Queryable,
  { id, baseUrl, callIntervalMs }: Pick<IndexerRow, 'id' | 'baseUrl' | 'callIntervalMs'>,
): Pace | undefined {
  const intervalMs = callIntervalMs ?? (isPrivateHost(new URL(baseUrl).hostname) ? 0 : INTERVAL_MS);
  if (intervalMs === 0) return undefined;
  const wait: Pace['wait'] = async (signal) => {
    for (;;) {
      // Before the question: what its answer takes counts as being late.
      const asked = performance.now();
      const waitMs = await reserveCall(db, { id, intervalMs });
      const turn = asked + waitMs;
      const left = turn - performance.now();
      if (left > 0) await sleep(left, undefined, { signal });
      signal.throwIfAborted();
      if (performance.now() - turn <= Math.min(LATEST_MS, intervalMs / 5)) return;
    }
  };
  return { intervalMs, wait };
}
