import { setTimeout as sleep } from 'node:timers/promises';

import type { Embedded } from '../embedded/embedded.js';
import type { Log } from '../jobs/deps.js';
import type { Database } from '../store/database.js';
import { endFinding, listFindings, recordFinding } from '../store/findings.js';

const AGAIN_MS = 10_000;
const KIND = 'service_held';

type Troubles = Parameters<Parameters<Embedded['watchTroubles']>[0]>[0];

/**
 * Keeps a finding for each embedded server that is held for its crashes, until it is well again; those of an earlier
 * process go at the start. What the database does not take is told again later.
 */
export function tellTroubles(
  { db, log }: { db: Database; log: Log },
  embedded: Pick<Embedded, 'watchTroubles'>,
): { stop: () => Promise<void> } {
  const halt = new AbortController();
  let latest: Troubles = new Map();
  let writing = Promise.resolve();
  const write = async (): Promise<void> => {
    while (!halt.signal.aborted) {
      try {
        await writeTroubles(db, latest);
        return;
      } catch (error) {
        log.warn({ err: error }, 'a trouble of an embedded server could not be noted; it is tried again');
        await sleep(AGAIN_MS, undefined, { signal: halt.signal }).catch(() => undefined);
      }
    }
  };
  embedded.watchTroubles((troubles) => {
    latest = troubles;
    writing = writing.then(write);
  });
  return {
    stop: async () => {
      halt.abort();
      await writing;
    },
  };
}

async function writeTroubles(db: Database, troubles: Troubles): Promise<void> {
  for (const { kind, subject } of await listFindings(db)) {
    if (kind === KIND && !troubles.has(subject)) await endFinding(db, KIND, subject);
  }
  for (const [subject, trouble] of troubles) await recordFinding(db, { kind: KIND, subject, ...trouble });
}
