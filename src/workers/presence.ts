import { hostname } from 'node:os';

import type { Capacity } from '../domain/jobs/leases.js';
import type { Log } from '../jobs/deps.js';
import type { Database } from '../store/database.js';
import { recordWorkerStopped, registerWorker, reportWorker } from '../store/workers.js';

const REPORT_MS = 4_000;

/** Tells the workers table that this process lives, each 4 s: attempts of the unseen are ended by it. */
export async function startPresence(
  deps: { db: Database; log: Log },
  worker: { id: string; role: string; queues: Record<string, number>; capacity: Capacity },
): Promise<{ stop: () => Promise<void> }> {
  await registerWorker(deps.db, { ...worker, host: hostname(), processId: process.pid });
  const timer = setInterval(() => {
    reportWorker(deps.db, worker.id).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'the worker could not report itself');
    });
  }, REPORT_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await recordWorkerStopped(deps.db, worker.id).catch(() => undefined);
    },
  };
}
