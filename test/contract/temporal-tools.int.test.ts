import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { counting, ended, SHAPES, startHouse, twoWords, type House, type JobView } from './house.js';

const agree = { row: 'completed', temporal: 'completed' };

describe.each(SHAPES)("Temporal's own tools, all roles %s", (shape) => {
  let house: House;

  beforeAll(async () => {
    house = await startHouse(shape);
  }, 120_000);

  afterAll(() => house.stop());

  const { count, runs } = counting(() => house, 'tools');
  const about = (id: string): string[] => ['--workflow-id', id];

  it('workflow cancel and terminate end the job as Temporal says', async () => {
    const [cancelled, terminated] = [await runs({ count: 2_000 }), await runs({ count: 2_000 })];
    await house.cli('workflow', 'cancel', ...about(cancelled));
    await house.cli('workflow', 'terminate', ...about(terminated));
    expect(await house.until(cancelled, ended, 3_000)).toMatchObject({ status: 'cancelled', error: null });
    // Nobody tells us of a terminate: the sweeper's comparison finds it.
    const end = await house.until(terminated, ended, 90_000);
    expect(end).toMatchObject({ status: 'cancelled', error: { kind: 'terminated' } });
    for (const id of [cancelled, terminated])
      expect(await twoWords(house, id)).toEqual({ row: 'cancelled', temporal: 'cancelled' });
  }, 120_000);

  it('reset of an open job goes on from its checkpoint, in the same job', async () => {
    const id = await runs({ count: 60 });
    await house.cli('workflow', 'reset', ...about(id), '--event-id', '4', '--reason', 'test');
    const done = await house.until(id, ended, 30_000);
    expect(done).toMatchObject({ status: 'completed', progress: 1, result: { counted: 60 } });
    expect((done.result as { startedAt: number }).startedAt).toBeGreaterThan(0);
    expect(await twoWords(house, id)).toEqual(agree);
  }, 60_000);

  it('reset of a finished job opens its row again, and the finished step is not done twice', async () => {
    const id = await count({ count: 3 });
    await house.until(id, ended);
    await house.cli('workflow', 'reset', ...about(id), '--event-id', '4', '--reason', 'test');
    await repaired(id, 'reset_reopened');
    const done = await house.until(id, ended);
    expect(done).toMatchObject({ status: 'completed', result: { counted: 3, startedAt: 0 }, round: 1 });
    expect(await twoWords(house, id)).toEqual(agree);
    const { rows } = await house.db.query('select outcome from job_attempts where job_id = $1', [id]);
    expect(rows).toEqual([{ outcome: 'done' }]);
  }, 60_000);

  it('reset of a failed job is a second chance, and the row follows its new end', async () => {
    const id = await house.create('demo_fail', { times: 3, label: `reset ${shape}` });
    expect(await house.until(id, ended)).toMatchObject({ status: 'failed' });
    await house.cli('workflow', 'reset', ...about(id), '--event-id', '4', '--reason', 'test');
    const done = await house.until(id, ({ status }) => status === 'completed', 30_000);
    expect(done.result).toEqual({ attempts: 4 });
    expect(await twoWords(house, id)).toEqual(agree);
  }, 60_000);

  it('reset of a finished job beside an open equal one is cancelled, and names that job', async () => {
    const params = { count: 3, everyMs: 1, label: `equal ${shape}` };
    const id = await house.create('demo_steps', params);
    await house.until(id, ended);
    const held = await house.create('demo_steps', params);
    await house.until(held, ended);
    // The same key again, by a job that stays open.
    await house.db.query(
      `update jobs set dedupe_key = (select dedupe_key from jobs where id = $1), type = 'demo_steps' where id = $2`,
      [id, await runs({ count: 2_000 })],
    );
    await house.cli('workflow', 'reset', ...about(id), '--event-id', '4', '--reason', 'test');
    const refused = await house.until(id, ({ status }) => status === 'cancelled', 30_000);
    expect(refused.error?.message).toMatch(/an equal job was open: demo_steps-/);
    await eventually(async () => (await twoWords(house, id)).temporal === 'cancelled');
  }, 90_000);

  it('activity pause is shown, and unpause lets it go on; activity reset keeps the checkpoint', async () => {
    const id = await runs({ count: 80 });
    const [activity = ''] = (await house.temporal.pendingActivities(id)) ?? [];
    await house.cli('activity', 'pause', ...about(id), '--activity-id', activity);
    const parked = await house.until(id, ({ waitingReason }) => waitingReason === 'paused_in_temporal');
    expect(parked.status).toBe('queued');
    expect(parked.sentence).toBe('waits because it was paused in Temporal itself');
    await house.cli('activity', 'unpause', ...about(id), '--activity-id', activity);
    await house.until(id, ({ status }) => status === 'running');
    await house.cli('activity', 'reset', ...about(id), '--activity-id', activity);
    const done = await house.until(id, ended, 30_000);
    expect(done).toMatchObject({ status: 'completed', progress: 1 });
    expect((done.result as { startedAt: number }).startedAt).toBeGreaterThan(0);
    expect(await twoWords(house, id)).toEqual(agree);
  }, 90_000);

  it('one signal to many, chosen by a query, pauses and cancels all of them', async () => {
    const ids = [await runs({ count: 2_000 }), await runs({ count: 2_000 }), await runs({ count: 2_000 })];
    const query = `JobType = 'demo_steps' and ExecutionStatus = 'Running'`;
    const all = (name: string): Promise<string> =>
      house.cli('workflow', 'signal', '--query', query, '--name', name, '--reason', 'test', '--yes');
    await all('pause');
    const shown: JobView[] = [];
    for (const id of ids) shown.push(await house.until(id, ({ status }) => status === 'paused'));
    expect(shown.map(({ worker }) => worker)).toEqual([null, null, null]);
    await all('cancel');
    for (const id of ids) {
      await house.until(id, ({ status }) => status === 'cancelled');
      expect(await twoWords(house, id)).toEqual({ row: 'cancelled', temporal: 'cancelled' });
    }
  }, 90_000);

  async function repaired(id: string, kind: string): Promise<void> {
    await eventually(async () => {
      const { rowCount } = await house.db.query('select from repairs where job_id = $1 and kind = $2', [
        id,
        kind,
      ]);
      return (rowCount ?? 0) > 0;
    });
  }
});
