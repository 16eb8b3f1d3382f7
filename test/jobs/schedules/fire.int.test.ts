import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../../src/jobs/create.js';
import type { JobsDeps } from '../../../src/jobs/deps.js';
import { fireSchedule, type Firing } from '../../../src/jobs/schedules/fire.js';
import { createSchedule } from '../../../src/jobs/schedules/save.js';
import { makeWish } from '../../../src/jobs/wish.js';
import { createDatabase } from '../../../src/store/database.js';
import { findJob } from '../../../src/store/jobs.js';
import { lastFirings, lastSuccesses } from '../../../src/store/schedule-firings.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { firingsOf, removeAllSchedules, scheduleSettings } from '../../support/schedules.js';

let core: TestCore;
let deps: JobsDeps;

beforeAll(async () => {
  core = await startTestCore();
  deps = core.parts;
});

afterEach(() => removeAllSchedules(deps));

afterAll(() => core.stop());

function due(scheduleId: string, changed: Partial<Firing> = {}): Firing {
  const nominalAt = new Date('2027-01-01T00:00:00Z');
  return { scheduleId, nominalAt, kind: 'scheduled', madeBy: `schedule ${scheduleId}`, ...changed };
}

describe('a firing', () => {
  it('makes one job of several that race for one nominal time', async () => {
    const { id } = await createSchedule(deps, scheduleSettings());
    const results = await Promise.all(Array.from({ length: 8 }, () => fireSchedule(deps, due(id))));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[0]).toMatchObject({ outcome: 'created' });
    expect(await firingsOf(deps, id)).toHaveLength(1);
    const { rows } = await deps.db.query(`select id from jobs where created_by = $1`, [`schedule ${id}`]);
    expect(rows).toHaveLength(1);
  });

  it('names the equal job that is open, and makes none', async () => {
    const params = { count: 500, label: randomUUID() };
    const { job } = await createJob(deps, { type: 'demo_steps', params, createdBy: 'test' });
    const { id } = await createSchedule(deps, scheduleSettings({ type: 'demo_steps', params }));
    expect(await fireSchedule(deps, due(id))).toEqual({ outcome: 'skipped', jobId: job.id });
    expect(await fireSchedule(deps, due(id))).toEqual({ outcome: 'skipped', jobId: job.id });
    expect(await firingsOf(deps, id)).toMatchObject([
      { outcome: 'skipped', jobId: null, skippedJobId: job.id },
    ]);
    await makeWish(deps, { jobId: job.id, kind: 'cancel', madeBy: 'test' });
    await core.until(job.id, ({ status }) => status === 'cancelled');
    const later = await fireSchedule(deps, due(id, { nominalAt: new Date('2027-01-02T00:00:00Z') }));
    expect(later.outcome).toBe('created');
    if (later.outcome !== 'created') return;
    await makeWish(deps, { jobId: later.jobId, kind: 'cancel', madeBy: 'test' });
    await core.until(later.jobId, ({ status }) => status === 'cancelled');
  });

  it('keeps the priority and the retries of its schedule', async () => {
    const { id } = await createSchedule(deps, scheduleSettings({ priority: 9, maxRetries: 0 }));
    const result = await fireSchedule(deps, due(id));
    if (result.outcome !== 'created') throw new Error(JSON.stringify(result));
    expect(await findJob(deps.db, result.jobId)).toMatchObject({
      ...{ priority: 9, policy: { retry: { waitsMs: [] } } },
    });
  });

  it.each([
    [
      'its params are no longer valid',
      `params = '{"label": 7}'`,
      'The params of demo_noop are not valid: label:',
    ],
    ['its type is gone', `type = 'demo_gone'`, 'Expected a known job type, got "demo_gone"'],
    ['it is disabled', 'enabled = false', 'it is disabled'],
  ])('is refused in words when %s', async (_what, change, words) => {
    const { id } = await createSchedule(deps, scheduleSettings());
    await deps.db.query(`update schedules set ${change} where id = $1`, [id]);
    const refused = { outcome: 'refused', reason: expect.stringContaining(words) };
    expect(await fireSchedule(deps, due(id))).toEqual(refused);
    expect(await fireSchedule(deps, due(id))).toEqual(refused);
    expect(await firingsOf(deps, id)).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining(words) },
    ]);
  });

  it('is refused without an error when its schedule was removed', async () => {
    expect(await fireSchedule(deps, due('none-00000000'))).toEqual({
      ...{ outcome: 'refused', reason: 'there is no schedule "none-00000000"' },
    });
  });

  it('by hand is one of its own, also while the schedule is disabled', async () => {
    const { id } = await createSchedule(deps, scheduleSettings({ enabled: false }));
    const now = new Date();
    const result = await fireSchedule(deps, {
      scheduleId: id,
      nominalAt: now,
      kind: 'manual',
      madeBy: 'somebody',
    });
    expect(result.outcome).toBe('created');
    expect((await lastFirings(deps.db, [id])).get(id)).toMatchObject({
      ...{ kind: 'manual', madeBy: 'somebody', nominalAt: now },
    });
  });

  it('is the last success while later ones are open or have failed', async () => {
    const { id } = await createSchedule(deps, scheduleSettings());
    const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
    for (const minute of [1, 2, 3]) {
      await fireSchedule(deps, { ...due(id), nominalAt: at(minute) });
      const status = ['completed', 'failed', null][minute - 1] ?? null;
      await deps.db.query(
        `update jobs set outcome_status = $3 where id =
           (select job_id from schedule_firings where schedule_id = $1 and nominal_at = $2)`,
        [id, at(minute), status],
      );
    }
    expect((await lastFirings(deps.db, [id])).get(id)).toMatchObject({ nominalAt: at(3) });
    expect((await lastSuccesses(deps.db, [id])).get(id)).toEqual(at(1));
  });

  it('costs time only while Postgres is away: nothing is half written, and the repeat makes the job', async () => {
    const { id } = await createSchedule(deps, scheduleSettings());
    const db = createDatabase({
      ...{ connectionString: 'postgres://longplay@127.0.0.1:1/none', maxConnections: 1 },
      ...{ applicationName: 'away', timeoutMs: 1_000 },
    });
    // Retryable, as `environment` is: Temporal repeats the activity without limit.
    await expect(fireSchedule({ ...deps, db }, due(id))).rejects.toMatchObject({ kind: 'environment' });
    await db.close();
    expect(await firingsOf(deps, id)).toEqual([]);
    expect((await fireSchedule(deps, due(id))).outcome).toBe('created');
  });
});
