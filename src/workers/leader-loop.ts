import type { Client } from 'pg';

import type { Log } from '../jobs/deps.js';
import type { Database } from '../store/database.js';

export interface LeaderLoop {
  /** Runs the next pass now instead of at its time. */
  nudge: () => void;
  stop: () => Promise<void>;
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
  pass: () => Promise<void>;
}): LeaderLoop {
  let ended = false;
  const stopped = (): boolean => ended;
  let wake: () => void = () => undefined;
  let client: Client | undefined;
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, typeof loop.everyMs === 'number' ? loop.everyMs : loop.everyMs());
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const lead = async (): Promise<boolean> => {
    client ??= await connect(loop, () => {
      wake();
    });
    const { rows } = await client.query<{ held: boolean }>(
      `select case when exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid = $1::bigint)
         then true else pg_try_advisory_lock($1::bigint) end as held`,
      [loop.lock],
    );
    return rows[0]?.held === true;
  };
  const run = async (): Promise<void> => {
    while (!stopped()) {
      try {
        if (await lead()) await loop.pass();
      } catch (error) {
        loop.log.warn({ loop: loop.name, err: error }, 'a pass of a loop failed; it is tried again');
        await client?.end().catch(() => undefined);
        client = undefined;
      }
      if (!stopped()) await wait();
    }
    await client?.end().catch(() => undefined);
  };
  const running = run();
  return {
    nudge: () => {
      wake();
    },
    stop: async () => {
      ended = true;
      wake();
      await running;
    },
  };
}

async function connect(
  loop: { db: Database; listen?: readonly string[] },
  wake: () => void,
): Promise<Client> {
  const client = await loop.db.dedicated();
  client.on('notification', wake);
  for (const channel of loop.listen ?? []) await client.query(`listen "${channel}"`);
  return client;
}
