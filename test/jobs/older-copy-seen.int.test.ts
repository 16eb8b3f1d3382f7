import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createJob } from '../../src/jobs/create.js';
import { sweepOften } from '../../src/jobs/sweep.js';
import { listFindings } from '../../src/store/findings.js';
import { eventually } from '../support/eventually.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

const counted = z.object({ counted: z.number(), startedAt: z.number() });

describe('an older copy of the database', () => {
  let temporal: OwnTemporal;
  let core: TestCore;

  beforeAll(async () => {
    temporal = await startOwnTemporal();
    core = await startTestCore({ temporal });
  }, 30_000);

  afterAll(async () => {
    await core.stop();
    await temporal.stop();
  });

  const begin = async (type: string, params: object): Promise<string> =>
    (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;

  async function repairsOf(id: string): Promise<unknown[]> {
    const { rows } = await core.parts.db.query('select kind from repairs where job_id = $1', [id]);
    return rows;
  }

  it('is not seen where there is none', async () => {
    const id = await begin('demo_steps', { count: 10, everyMs: 20, label: 'undisturbed' });
    await sweepOften(core.parts, { ledMs: 60_000 });
    await sweepOften(core.parts, { ledMs: 60_000 });
    expect(await core.until(id, ({ endedAt }) => endedAt !== null)).toMatchObject({ round: 1 });
    expect(await listFindings(core.parts.db)).toEqual([]);
  });

  it('is told by the time that Temporal remembers; open jobs go on in new runs from what the rows know', async () => {
    const alone = await begin('demo_steps', { count: 250, everyMs: 50, label: 'alone' });
    const parent = await begin('demo_fan_out', { children: 2, count: 250, everyMs: 50, label: 'parent' });
    await core.until(alone, ({ progress }) => progress > 0.03);
    const { children } = await core.until(parent, (view) => view.children.length === 2);
    const runs = new Map<string, string>();
    for (const id of [alone, parent, ...children.map((child) => child.id)]) {
      const execution = await core.parts.temporal.describe(id);
      if (execution.state === 'open') runs.set(id, execution.runId);
    }
    expect(runs.size).toBe(4);
    // As the rows of ten minutes ago say.
    await core.parts.db.query(
      `update settings set value = to_jsonb((now() - interval '10 minutes')::text) where key = 'marked_at'`,
    );
    await eventually(async () => (await repairsOf(alone)).length > 0);
    for (const [id, runId] of runs) {
      await eventually(async () => {
        const execution = await core.parts.temporal.describe(id, runId);
        return execution.state === 'closed' && execution.status === 'TERMINATED';
      });
    }
    const done = await core.until(alone, ({ endedAt }) => endedAt !== null);
    expect(done).toMatchObject({ status: 'completed', round: 2 });
    expect(counted.parse(done.result).startedAt).toBeGreaterThan(0);
    expect(await core.until(parent, ({ endedAt }) => endedAt !== null, 40_000)).toMatchObject({
      status: 'completed',
      round: 2,
      result: { completed: 2 },
    });
    const { rows } = await core.parts.db.query(`select id from jobs where type = 'demo_steps'`);
    expect(rows).toHaveLength(4);
    const [finding] = await listFindings(core.parts.db);
    expect(finding).toMatchObject({ kind: 'older_copy', subject: 'database' });
    expect(finding?.message).toMatch(
      /^An older copy of the database was restored: the last .* are missing in it$/,
    );
  }, 90_000);
});
