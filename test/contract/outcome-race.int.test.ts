import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { eventually } from '../support/eventually.js';
import { ended, SHAPES, startHouse, twoWords, type House } from './house.js';

/** Batches below the connections that a process has: each run that waits in its outcome write holds one. */
const AT_ONCE = 10;
const BATCHES = 10;
const GATE = 777;

/** In the test's own database: the outcome write waits while the test holds the gate. */
const TRIGGER = `
  create function wait_at_gate() returns trigger language plpgsql as $$
  begin perform pg_advisory_xact_lock_shared(${GATE}); return new; end $$;
  create trigger gate before update of proposed_status on jobs for each row
    when (new.proposed_status is not null) execute function wait_at_gate();`;

describe.each(SHAPES)('invariant 1, all roles %s: within the outcome write', (shape) => {
  let house: House;
  let gate: pg.Client;
  let labels = 0;

  beforeAll(async () => {
    house = await startHouse(shape);
    await house.db.query(TRIGGER);
    gate = new pg.Client({ connectionString: house.databaseUrl });
    await gate.connect();
  }, 120_000);

  afterAll(async () => {
    await gate.end();
    await house.stop();
  });

  async function waiting(): Promise<number> {
    const { rows } = await gate.query<{ count: number }>(
      `select count(*)::int as count from pg_locks where locktype = 'advisory' and objid = ${GATE} and not granted`,
    );
    return rows[0]?.count ?? 0;
  }

  const create = (): Promise<string> => {
    labels += 1;
    return house.create('demo_noop', { label: `race ${labels}` });
  };

  const acts: Record<string, (id: string) => Promise<unknown>> = {
    terminate: async (id) => {
      const { client } = house.server;
      await client.workflow.getHandle(id).terminate('test');
    },
    signal: (id) => house.temporal.signal(id, 'cancel', []),
    cancel: (id) => house.temporal.cancel(id),
  };

  it.each(Object.keys(acts))(
    `a %s, ${AT_ONCE * BATCHES} times, leaves every row as Temporal has it`,
    async (name) => {
      const act = acts[name];
      if (act === undefined) throw new Error('unreachable');
      const words: { row: string; temporal: string }[] = [];
      for (let batch = 0; batch < BATCHES; batch += 1) {
        await gate.query(`select pg_advisory_lock(${GATE})`);
        const ids = await Promise.all(Array.from({ length: AT_ONCE }, create));
        await eventually(async () => (await waiting()) >= AT_ONCE);
        await Promise.all(ids.map(act));
        await gate.query(`select pg_advisory_unlock(${GATE})`);
        for (const id of ids) {
          await house.until(id, ended, 30_000);
          words.push(await twoWords(house, id));
        }
      }
      expect(words.filter(({ row, temporal }) => row !== temporal)).toEqual([]);
      if (name === 'terminate') expect(new Set(words.map(({ row }) => row))).toEqual(new Set(['cancelled']));
    },
    180_000,
  );
});
