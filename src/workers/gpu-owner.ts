import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';

import { Fault, normalizeError } from '../domain/faults.js';
import type { Log } from '../jobs/deps.js';
import type { Database } from '../store/database.js';

/** What one process owns: the memory of a card is counted in one ledger only (design §3). */
export interface OwnedGpu {
  host: string;
  device: string;
  queues: readonly string[];
}

export interface GpuOwnership {
  /** Rejects once another process has taken the card while the database was away. */
  lost: Promise<never>;
  release: () => Promise<void>;
}

/** Postgres hears of a killed owner's end in a moment; one of another machine that has failed takes longer. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 250;
const LOOK_MS = 5_000;

/**
 * Takes the host's card for these queues, by advisory locks that end with this process.
 * @throws Fault superseded when it belongs to another one
 */
export async function ownGpu(
  deps: { db: Database; log: Log },
  gpu: OwnedGpu,
  { patienceMs = PATIENCE_MS, lookMs = LOOK_MS }: { patienceMs?: number; lookMs?: number } = {},
): Promise<GpuOwnership> {
  let seat: Client | undefined = await take(deps.db, gpu, patienceMs);
  const halt = new AbortController();
  const watch = async (): Promise<never> => {
    for (;;) {
      await sleep(lookMs, undefined, { signal: halt.signal });
      try {
        if (seat === undefined) seat = await take(deps.db, gpu, patienceMs);
        else await seat.query('select 1');
      } catch (error) {
        // A lost connection is a lost lock; the database that is back gives it again.
        await seat?.end().catch(() => undefined);
        seat = undefined;
        if (error instanceof Fault && error.kind === 'superseded') throw error;
        deps.log.warn({ err: normalizeError(error) }, 'the lock of the GPU is lost; it is taken again');
      }
    }
  };
  const watching = watch();
  watching.catch(() => undefined);
  return {
    lost: new Promise<never>((_resolve, reject) => {
      watching.catch((error: unknown) => {
        if (!halt.signal.aborted) reject(normalizeError(error));
      });
    }),
    release: async () => {
      halt.abort();
      await watching.catch(() => undefined);
      await seat?.end().catch(() => undefined);
    },
  };
}

async function take(db: Database, gpu: OwnedGpu, patienceMs: number): Promise<Client> {
  const client = await db.dedicated();
  try {
    // A machine that has failed must not own its card for hours: the server looks after 10 s of silence.
    await client.query(
      'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
    );
    for (const queue of gpu.queues) await lock(client, { ...gpu, queue, patienceMs });
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function lock(
  client: Client,
  { host, device, queue, patienceMs }: Omit<OwnedGpu, 'queues'> & { queue: string; patienceMs: number },
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
      [`longplay gpu ${JSON.stringify([host, device, queue])}`],
    );
    if (rows[0]?.held === true) return;
    if (performance.now() >= deadline) break;
    await sleep(RETRY_MS);
  }
  throw new Fault('superseded', `The GPU ${device} of ${host} has another owner for the queue ${queue}`, {
    remedy:
      'One process owns a card: stop the other one ("longplay workers" lists it), or set LONGPLAY_GPU_DEVICE to another card',
  });
}
