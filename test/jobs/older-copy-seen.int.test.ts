import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { Fault } from '../../src/domain/faults.js';
import { createJob } from '../../src/jobs/create.js';
import { sweepOften } from '../../src/jobs/sweep.js';
import { makeWish } from '../../src/jobs/wish.js';
import { listFindings } from '../../src/store/findings.js';
import type { TemporalGateway } from '../../src/temporal/gateway.js';
import { eventually } from '../support/eventually.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

const counted = z.object({ counted: z.number(), startedAt: z.number() });

let temporal: OwnTemporal;
let core: TestCore;

const begin = async (type: string, params: object): Promise<string> =>
  (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;

async function repairsOf(id: string): Promise<unknown[]> {
  const { rows } = await core.parts.db.query('select kind from repairs where job_id = $1', [id]);
  return rows;
}

/** As the rows of ten minutes ago say. */
async function forgetMark(): Promise<void> {
  await core.parts.db.query(
    `update settings set value = to_jsonb((now() - interval '10 minutes')::text) where key = 'marked_at'`,
  );
}

beforeAll(async () => {
  temporal = await startOwnTemporal();
}, 30_000);

afterAll(() => temporal.stop());

describe('an older copy of the database', () => {
  beforeAll(async () => {
    core = await startTestCore({ temporal });
  }, 30_000);

  afterAll(() => core.stop());

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
    await forgetMark();
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

describe('a pass that finds an older copy and ends on the way', () => {
  beforeAll(async () => {
    core = await startTestCore({ temporal, sweeper: false });
  }, 30_000);

  afterAll(() => core.stop());

  it('is gone on with by the next: each job is begun anew once, and what began since not at all', async () => {
    await sweepOften(core.parts, { ledMs: 60_000 });
    const open: string[] = [];
    for (const label of ['first', 'second', 'third'])
      open.push(await begin('demo_steps', { count: 400, everyMs: 50, label }));
    for (const id of open) await core.until(id, ({ progress }) => progress > 0);
    let asked = 0;
    let rounds: unknown[] = [];
    const terminate: TemporalGateway['terminate'] = async (...given) => {
      asked += 1;
      const sql = 'select distinct round from jobs where id = any($1::text[])';
      rounds = (await core.parts.db.query(sql, [open])).rows;
      if (asked > 1) throw new Fault('environment', 'Temporal is away');
      return core.parts.temporal.terminate(...given);
    };
    const cutOff = { ...core.parts, temporal: { ...core.parts.temporal, terminate } };
    await forgetMark();
    await expect(sweepOften(cutOff, { ledMs: 60_000 })).rejects.toThrow('Temporal is away');
    expect(asked).toBeGreaterThan(1);
    // Else a parent's old run could still tell of a part that was ended under it.
    expect(rounds).toEqual([{ round: 2 }]);
    const later = await begin('demo_steps', { count: 5, everyMs: 20, label: 'began since' });
    await sweepOften(core.parts, { ledMs: 60_000 });
    for (const id of open) {
      expect(await repairsOf(id)).toEqual([{ kind: 'older_copy' }]);
      await core.until(id, ({ status, round }) => status === 'running' && round === 2);
    }
    expect(await core.until(later, ({ endedAt }) => endedAt !== null)).toMatchObject({ round: 1 });
    await sweepOften(core.parts, { ledMs: 60_000 });
    for (const id of open) {
      expect(await core.view(id)).toMatchObject({ round: 2 });
      await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
      await core.until(id, ({ endedAt }) => endedAt !== null);
    }
  }, 60_000);

  it('acts on nothing before a comparison that runs beside it is over', async () => {
    await sweepOften(core.parts, { ledMs: 60_000 });
    const id = await begin('demo_steps', { count: 400, everyMs: 50, label: 'compared' });
    await core.until(id, ({ progress }) => progress > 0);
    await forgetMark();
    const meanwhile: unknown[] = [];
    const comparisonEnds = async (): Promise<void> => {
      meanwhile.push((await core.view(id)).round, await repairsOf(id));
    };
    await sweepOften(core.parts, { ledMs: 60_000, comparisonEnds });
    expect(meanwhile).toEqual([1, []]);
    expect(await repairsOf(id)).toEqual([{ kind: 'older_copy' }]);
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
    await core.until(id, ({ endedAt }) => endedAt !== null);
  }, 60_000);
});
