import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { listAttempts } from '../../src/store/waits.js';
import { eventually } from '../support/eventually.js';
import { counting, ended, SHAPES, startHouse, twoWords, type House } from './house.js';

const counted = z.object({ counted: z.number(), startedAt: z.number() });
const agree = { row: 'completed', temporal: 'completed' };

describe.each(SHAPES)('what is away or killed costs time only, all roles %s', (shape) => {
  let house: House;

  beforeAll(async () => {
    house = await startHouse(shape);
  }, 120_000);

  afterAll(() => house.stop());

  const { count, runs } = counting(() => house, 'away');
  const outcomesOf = async (id: string): Promise<(string | null)[]> =>
    (await listAttempts(house.db, id)).map(({ outcome }) => outcome);

  it('Postgres: what runs goes on or waits in place, nothing is done twice, and all rows agree afterwards', async () => {
    const ids = [await runs(), await runs(), await runs({ count: 40 })];
    const waiting: string[] = [];
    for (let more = 0; more < 8; more += 1) waiting.push(await count({ count: 4 }));
    house.toPostgres.cut();
    // Long enough for every status write to have failed as a local activity, which has 3 s (jobs.md §3).
    const back = performance.now() + 8_000;
    await eventually(() => performance.now() > back, { everyMs: 200 });
    house.toPostgres.mend();
    for (const id of [...ids, ...waiting]) {
      const done = await house.until(id, ended, 60_000);
      expect(done).toMatchObject({ status: 'completed', progress: 1 });
      expect(await twoWords(house, id)).toEqual(agree);
    }
    for (const id of ids)
      expect((await outcomesOf(id)).filter((outcome) => outcome === 'failed')).toEqual([]);
  }, 120_000);

  it('invariant 9, Temporal: a job waits as pending, wishes wait, and both take effect once it is back', async () => {
    const paused = await runs({ count: 2_000 });
    const moved = await runs({ count: 2_000 });
    house.toTemporal.cut();
    const asked = await house.create('demo_steps', { count: 2, everyMs: 1, label: `pending ${shape}` });
    expect(await house.view(asked)).toMatchObject({
      status: 'pending',
      waitingReason: 'temporal_unavailable',
      sentence: 'waits for the Temporal server, which does not answer; it starts by itself when it is back',
    });
    expect(await house.steer(paused, 'pause')).toMatchObject({ requested: 'pause' });
    expect(await house.steer(moved, 'cancel')).toMatchObject({ requested: 'cancel' });
    const never = await house.create('demo_steps', { count: 2, everyMs: 1, label: `never ${shape}` });
    await house.steer(never, 'cancel');
    house.toTemporal.mend();
    await house.until(asked, ({ status }) => status === 'completed', 40_000);
    await house.until(paused, ({ status }) => status === 'paused', 40_000);
    await house.until(moved, ({ status }) => status === 'cancelled', 40_000);
    const refused = await house.until(never, ended, 40_000);
    expect(refused.status).toBe('cancelled');
    const { rows } = await house.db.query('select id from job_wishes where accepted_at is null');
    expect(rows).toEqual([]);
    await house.steer(paused, 'cancel');
    await house.until(paused, ended);
  }, 180_000);

  it('invariant 5: every attempt of a killed worker ends within 25 s, and its work goes on from the checkpoint', async () => {
    const ids = [await runs({ count: 120 }), await runs({ count: 120 }), await runs({ count: 120 })];
    const killed = house.workers.length === 0 ? house.services : house.workers.slice(2);
    const { rows } = await house.db.query<{ id: string }>(
      'select id from job_attempts where ended_at is null',
    );
    const began = performance.now();
    await Promise.all(killed.map((one) => house.replace(one)));
    const open = rows.map(({ id }) => id);
    await eventually(
      async () => {
        const left = await house.db.query(
          'select id from job_attempts where ended_at is null and id = any($1)',
          [open],
        );
        return left.rowCount === 0;
      },
      { withinMs: 25_000 },
    );
    expect(performance.now() - began).toBeLessThan(25_000);
    for (const id of ids) {
      const done = await house.until(id, ended, 60_000);
      expect(counted.parse(done.result).startedAt).toBeGreaterThan(0);
      expect(await outcomesOf(id)).toEqual(['lost', 'done']);
      expect(await twoWords(house, id)).toEqual(agree);
    }
  }, 120_000);

  it('invariant 3: equal posts that race make one job, through whichever API', async () => {
    const params = { count: 40, everyMs: 50, label: `equal ${shape}` };
    const ids = await Promise.all(Array.from({ length: 12 }, () => house.create('demo_steps', params)));
    expect(new Set(ids).size).toBe(1);
    const { rows } = await house.db.query(`select id from jobs where params ->> 'label' = $1`, [
      params.label,
    ]);
    expect(rows).toHaveLength(1);
    await house.until(ids[0] ?? '', ended, 30_000);
  }, 60_000);

  it('invariant 8: progress never goes down within a round, through pauses and a killed worker', async () => {
    const id = await runs({ count: 80 });
    const seen: number[] = [];
    const over = new AbortController();
    const watching = (async () => {
      while (!over.signal.aborted) {
        seen.push((await house.view(id).catch(() => ({ progress: seen.at(-1) ?? 0 }))).progress);
      }
    })();
    await house.steer(id, 'pause');
    await house.until(id, ({ status }) => status === 'paused');
    await house.steer(id, 'resume');
    await house.until(id, ({ status }) => status === 'running');
    for (const worker of house.workers.slice(2)) await house.replace(worker);
    expect(await house.until(id, ended, 60_000)).toMatchObject({ status: 'completed', progress: 1 });
    over.abort();
    await watching;
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(seen.length).toBeGreaterThan(20);
  }, 120_000);
});
