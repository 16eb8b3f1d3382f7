import type { Client } from 'pg';

import { doublingWait } from '../domain/jobs/backoff.js';
import type { Log } from '../jobs/deps.js';
import type { Database } from '../store/database.js';
import { createWake } from '../store/wake.js';

export interface LeaderLoop {
  /** Runs the next pass now instead of at its time. */
  nudge: () => void;
  stop: () => Promise<void>;
}

/** What a pass may know of its loop. */
export interface Leadership {
  /**
   * How long this process has led without losing the database, ms. What others should have written
   * meanwhile is judged only after they had the same time for it.
   */
  ledMs: number;
}

/**
 * A loop with one holder over all processes, by advisory lock on a connection of its own: it ends with
 * its process, and the next process takes over within `everyMs`.
 */
export function startLeaderLoop(loop: {
  name: string;
  lock: number;
  everyMs: number | (() => number);
  /** A NOTIFY on one of these channels begins the next pass at once. */
  listen?: readonly string[];
  db: Database;
  log: Log;
  pass: (leadership: Leadership) => Promise<void>;
}): LeaderLoop {
  const halt = new AbortController();
  const wake = createWake();
  let seat: Seat | undefined;
  const leave = async (): Promise<void> => {
    const { client } = seat ?? {};
    seat = undefined;
    await client?.end().catch(() => undefined);
  };
  const turn = async (): Promise<void> => {
    seat ??= await takeSeat(loop, wake.wake);
    if (await holdsLock(seat, loop.lock)) await loop.pass({ ledMs: performance.now() - seat.ledSince });
  };
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!halt.signal.aborted) {
      await turn().then(
        () => {
          failures = 0;
        },
        async (error: unknown) => {
          failures += 1;
          loop.log.warn({ loop: loop.name, err: error }, 'a pass of a loop failed; it is tried again');
          await leave();
        },
      );
      if (isAborted(halt.signal)) break;
      const regular = typeof loop.everyMs === 'number' ? loop.everyMs : loop.everyMs();
      await wake.wait(failures === 0 ? regular : Math.min(regular, doublingWait(failures, RETRY_MS)));
    }
    await leave();
  };
  const running = run();
  return {
    nudge: wake.wake,
    stop: async () => {
      halt.abort();
      wake.wake();
      await running;
    },
  };
}

/** A database that was away is back in a moment, and what it could tell meanwhile was not heard. */
const RETRY_MS = { first: 250, max: 5_000 };

interface Seat {
  client: Client;
  /** performance.now() when the lock was got on this connection. */
  ledSince: number;
  held: boolean;
}

async function takeSeat(loop: { db: Database; listen?: readonly string[] }, wake: () => void): Promise<Seat> {
  const client = await loop.db.dedicated();
  client.on('notification', wake);
  // A lost connection hears of nothing: the next pass finds it out and takes another.
  client.on('error', wake);
  for (const channel of loop.listen ?? []) await client.query(`listen "${channel}"`);
  return { client, ledSince: performance.now(), held: false };
}

/** A lost connection is a lost lock: each pass asks the connection itself. */
async function holdsLock(seat: Seat, lock: number): Promise<boolean> {
  if (seat.held) {
    await seat.client.query('select 1');
    return true;
  }
  const { rows } = await seat.client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1::bigint) as held',
    [lock],
  );
  seat.held = rows[0]?.held === true;
  seat.ledSince = performance.now();
  return seat.held;
}

/** As a call, since the compiler takes a signal's state for fixed between two looks. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
