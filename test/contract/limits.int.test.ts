import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ended, SHAPES, startHouse, type House } from './house.js';

describe.each(SHAPES)('invariant 4, all roles %s: what executes at once', (shape) => {
  let house: House;

  beforeAll(async () => {
    house = await startHouse(shape);
  }, 120_000);

  afterAll(() => house.stop());

  /** The most attempts of a type that were open in one moment, from their beginnings and ends. */
  async function mostAtOnce(type: string): Promise<number> {
    const { rows } = await house.db.query<{ most: number }>(
      `with moments as (
         select a.started_at as at, 1 as change from job_attempts a join jobs j on j.id = a.job_id where j.type = $1
         union all select coalesce(a.ended_at, now()), -1 from job_attempts a join jobs j on j.id = a.job_id where j.type = $1
       )
       select max(open)::int as most from (select sum(change) over (order by at, change) as open from moments) m`,
      [type],
    );
    return rows[0]?.most ?? 0;
  }

  it('never exceeds the permits of a group, whichever worker it is on, and each has its turn', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 8; at += 1) {
      ids.push(await house.create('demo_memory', { mebibytes: 2, holdMs: 400, label: `limit ${at}` }));
    }
    const waits = await house.until(
      ids.at(-1) ?? '',
      ({ waitingReason }) => waitingReason === 'limit_busy',
      5_000,
    );
    expect(waits.sentence).toMatch(
      /^waits because as many of its kind as allowed are running \(demo_memory: 2 at a time\)/,
    );
    for (const id of ids) expect(await house.until(id, ended, 60_000)).toMatchObject({ status: 'completed' });
    expect(await mostAtOnce('demo_memory')).toBe(2);
    expect((await house.db.query('select job_id from permits')).rows).toEqual([]);
  }, 90_000);

  it('gives a freed permit by priority, and a paused or cancelled job frees its own', async () => {
    const hold = (label: string, priority: number): Promise<string> =>
      house.create('demo_memory', { mebibytes: 2, holdMs: 60_000, label }, { priority });
    const [one, other] = [await hold('one', 5), await hold('other', 5)];
    for (const id of [one, other]) await house.until(id, ({ status }) => status === 'running');
    const low = await hold('low', 9);
    const high = await hold('high', 1);
    for (const id of [low, high])
      await house.until(id, ({ waitingReason }) => waitingReason === 'limit_busy');
    expect([(await house.view(high)).queuePosition, (await house.view(low)).queuePosition]).toEqual([1, 2]);
    await house.steer(one, 'pause');
    await house.until(high, ({ status }) => status === 'running');
    await house.until(one, ({ status }) => status === 'paused');
    await house.steer(other, 'cancel');
    await house.until(low, ({ status }) => status === 'running');
    await house.steer(one, 'resume');
    await house.until(one, ({ waitingReason }) => waitingReason === 'limit_busy');
    for (const id of [high, low, one]) await house.steer(id, 'cancel');
    for (const id of [high, low, one, other]) await house.until(id, ended);
    expect(await mostAtOnce('demo_memory')).toBe(2);
    expect((await house.db.query('select job_id from permits')).rows).toEqual([]);
  }, 90_000);

  it('never exceeds the slots of the workers', async () => {
    const slots = 5 * Math.max(1, house.workers.filter((_, at) => at >= 2).length);
    const ids: string[] = [];
    for (let at = 0; at < slots * 3; at += 1) {
      ids.push(await house.create('demo_steps', { count: 4, everyMs: 100, label: `slots ${at}` }));
    }
    for (const id of ids) expect(await house.until(id, ended, 60_000)).toMatchObject({ status: 'completed' });
    expect(await mostAtOnce('demo_steps')).toBeLessThanOrEqual(slots);
  }, 90_000);

  it('a part that several want is done once; the end of its first parent does not take it from the others', async () => {
    const wish = { children: 1, count: 1, everyMs: 300, shared: `both ${shape}` };
    const first = await house.create('demo_fan_out', { ...wish, label: 'first' });
    await house.until(first, ({ children }) => children.some(({ type }) => type === 'demo_shared'));
    const second = await house.create('demo_fan_out', { ...wish, label: 'second' });
    const joined = await house.until(second, ({ children }) =>
      children.some(({ type }) => type === 'demo_shared'),
    );
    const shared = joined.children.find(({ type }) => type === 'demo_shared')?.id ?? '';
    await house.steer(first, 'cancel');
    await house.until(first, ({ status }) => status === 'cancelled');
    const done = await house.until(second, ended, 40_000);
    expect(done).toMatchObject({ status: 'completed', result: { shared } });
    const again = await house.view(shared);
    expect(again).toMatchObject({ status: 'completed', parentId: second });
  }, 90_000);
});
