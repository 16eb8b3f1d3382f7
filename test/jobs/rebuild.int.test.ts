import { WorkflowIdReusePolicy, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob, insertNewJob } from '../../src/jobs/create.js';
import { retryJob } from '../../src/jobs/retry.js';
import { sweepSeldom } from '../../src/jobs/sweep.js';
import { inputOf } from '../../src/jobs/workflow-input.js';
import { listFindings } from '../../src/store/findings.js';
import { findJob, type JobRow } from '../../src/store/jobs.js';
import { listRepairs } from '../../src/store/repairs.js';
import { twoWords } from '../contract/house.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

let temporal: OwnTemporal;
let core: TestCore;
let labels = 0;

// Of its own: a sweep makes rows of every job of ours that it finds in Temporal.
beforeAll(async () => {
  temporal = await startOwnTemporal();
  core = await startTestCore({ temporal });
}, 60_000);

afterAll(async () => {
  await core.stop();
  await temporal.stop();
});

async function begin(type: string, params: object): Promise<string> {
  labels += 1;
  const wish = { type, params: { label: `no. ${labels}`, ...params }, createdBy: 'test' };
  return (await createJob(core.parts, wish)).job.id;
}

const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;
const running = ({ status }: { status: string }): boolean => status === 'running';

async function rowOf(id: string): Promise<JobRow> {
  const job = await findJob(core.parts.db, id);
  if (job === undefined) throw new Error(`${id} has no row`);
  return job;
}

async function loseRows(...ids: string[]): Promise<void> {
  await core.parts.db.query('delete from jobs where id = any($1::text[])', [ids]);
}

async function repairsOf(id: string): Promise<string[]> {
  const repairs = await listRepairs(core.parts.db, { before: undefined, limit: 500 });
  return repairs.filter(({ jobId }) => jobId === id).map(({ kind }) => kind);
}

async function expectRecovered(id: string): Promise<void> {
  const { rows } = await core.parts.db.query(
    'select recovered_at is not null as recovered from jobs where id = $1',
    [id],
  );
  expect(rows).toEqual([{ recovered: true }]);
  const findings = await listFindings(core.parts.db);
  expect(findings).toMatchObject([{ kind: 'row_recovered', subject: 'database' }]);
  expect((await repairsOf(id)).filter((kind) => kind === 'row_rebuilt')).toEqual(['row_rebuilt']);
}

describe('an open job whose row is gone', () => {
  it('has one again with the next fact of its run, and ends as it would have', async () => {
    const id = await begin('demo_steps', { count: 15, everyMs: 40 });
    await core.until(id, running);
    const { params, policy, priority } = await rowOf(id);
    await loseRows(id);
    await eventually(async () => (await findJob(core.parts.db, id)) !== undefined);
    expect(await core.until(id, ended)).toMatchObject({
      status: 'completed',
      result: { counted: 15 },
      round: 1,
    });
    await expectRecovered(id);
    expect(await rowOf(id)).toMatchObject({ params, policy, priority, title: `Count to 15 (no. ${labels})` });
    expect(await twoWords(core.parts, id)).toEqual({ row: 'completed', temporal: 'completed' });
  });

  it('has one again with the next sweep, its parent first, while all of them run on', async () => {
    const parent = await begin('demo_fan_out', { children: 2, count: 40, everyMs: 40 });
    const { children } = await core.until(parent, (view) => view.children.filter(running).length === 2);
    const family = [parent, ...children.map(({ id }) => id)];
    await loseRows(...family);
    await sweepSeldom(core.parts);
    for (const { id } of children)
      expect(await rowOf(id)).toMatchObject({ parentId: parent, outcomeStatus: null });
    for (const id of family) await expectRecovered(id);
    expect(await core.until(parent, ended)).toMatchObject({ status: 'completed', result: { completed: 2 } });
    for (const id of family)
      expect(await twoWords(core.parts, id)).toEqual({ row: 'completed', temporal: 'completed' });
  });
});

describe('a job whose row was gone before its run began', () => {
  it('has one again with the claim, and goes its way', async () => {
    const params = { count: 2, everyMs: 1, label: 'never seen' };
    const wish = { type: 'demo_steps', params, createdBy: 'test', parentId: undefined };
    const { job } = await insertNewJob(core.parts.db, core.parts, wish);
    await loseRows(job.id);
    await core.parts.temporal.start(inputOf(job));
    await eventually(async () => (await findJob(core.parts.db, job.id)) !== undefined);
    expect(await core.until(job.id, ended)).toMatchObject({ status: 'completed', round: 1 });
    await expectRecovered(job.id);
    expect(await twoWords(core.parts, job.id)).toEqual({ row: 'completed', temporal: 'completed' });
  });
});

describe('a job whose row is gone while an equal one has begun', () => {
  it('has one again, and both go on', async () => {
    const params = { label: 'twice wanted' };
    const lost = await begin('demo_hang', params);
    await core.until(lost, running);
    await loseRows(lost);
    const equal = await begin('demo_hang', params);
    expect(equal).not.toBe(lost);
    await sweepSeldom(core.parts);
    await expectRecovered(lost);
    expect(await rowOf(lost)).toMatchObject({ outcomeStatus: null, dedupeKey: null });
    for (const id of [lost, equal]) {
      await core.parts.temporal.cancel(id);
      expect(await core.until(id, ended)).toMatchObject({ status: 'cancelled' });
    }
  });
});

describe('a waiting job whose row is gone', () => {
  it('is paused again with the next sweep, by the run that tells it, and goes on when resumed', async () => {
    const id = await begin('demo_steps', { count: 60, everyMs: 30 });
    await core.until(id, running);
    await core.parts.temporal.signal(id, 'pause', []);
    await core.until(id, ({ status }) => status === 'paused');
    await loseRows(id);
    await sweepSeldom(core.parts);
    await core.until(id, ({ status }) => status === 'paused');
    await core.parts.temporal.signal(id, 'resume', []);
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed' });
  });

  it('says what it waits for again', async () => {
    const id = await begin('demo_external', { durationMs: 3_600_000, stallAtMs: 1, stallForMs: 3_600_000 });
    const shown = await core.until(id, ({ waitingReason }) => waitingReason === 'download_stalled');
    await loseRows(id);
    await sweepSeldom(core.parts);
    const again = await core.until(id, ({ waitingReason }) => waitingReason === 'download_stalled');
    expect(again.sentence).toBe(shown.sentence);
    await core.parts.temporal.cancel(id);
    expect(await core.until(id, ended)).toMatchObject({ status: 'cancelled' });
  });
});

describe('a job whose row is gone, and that has ended since', () => {
  it('has a row again that says how it ended', async () => {
    const done = await begin('demo_steps', { count: 2, everyMs: 1 });
    const refused = await begin('demo_fail', { kind: 'bad_input' });
    const hanging = await begin('demo_hang', {});
    for (const id of [done, refused]) await core.until(id, ended);
    await core.until(hanging, running);
    await core.parts.temporal.cancel(hanging);
    await core.until(hanging, ended);
    await loseRows(done, refused, hanging);
    await sweepSeldom(core.parts);
    expect(await core.view(done)).toMatchObject({
      status: 'completed',
      result: { counted: 2, startedAt: 0 },
    });
    expect(await core.view(refused)).toMatchObject({ status: 'failed', error: { kind: 'bad_input' } });
    expect(await core.view(hanging)).toMatchObject({ status: 'cancelled', result: null });
    for (const id of [done, refused, hanging]) await expectRecovered(id);
    // A failed one keeps its rules: a retry goes on as ever.
    expect(await retryJob(core.parts, { jobId: refused })).toMatchObject({ round: 2 });
    expect(await core.until(refused, ended)).toMatchObject({ status: 'failed', round: 2 });
  });
});

const jobType = {
  key: defineSearchAttributeKey('JobType', SearchAttributeType.KEYWORD),
  value: 'demo_steps',
};

describe("somebody else's workflow", () => {
  const input = (jobId: string): object => ({
    ...{ jobId, type: 'demo_steps', round: 1, priority: 5, params: { count: 3, everyMs: 1 } },
    policy: { steps: {}, retry: { waitsMs: [] }, weights: {} },
  });
  it.each([
    ['of a type of its own', 'their_type', (id: string) => input(id)],
    ['whose input is no job', 'demo_steps', () => ({ hello: 'world' })],
    ['whose input is none at all', 'demo_steps', () => undefined],
    ['whose input names another job', 'demo_steps', () => input('demo_steps-00000000')],
  ])('%s gets no row, and is left as it is', async (_what, type, inputFor) => {
    const workflowId = `theirs-${type}-${(labels += 1)}`;
    const handle = await temporal.client.workflow.start(type, {
      workflowId,
      taskQueue: 'theirs',
      args: [inputFor(workflowId)],
      // Our attribute's name may be theirs as well.
      typedSearchAttributes: [jobType],
    });
    await eventually(async () => (await listed(workflowId)) === 1);
    await sweepSeldom(core.parts);
    expect(await findJob(core.parts.db, workflowId)).toBeUndefined();
    expect(await findJob(core.parts.db, 'demo_steps-00000000')).toBeUndefined();
    const { status, historyLength } = await handle.describe();
    expect({ status: status.name, historyLength }).toEqual({ status: 'RUNNING', historyLength: 2 });
    await handle.terminate();
    await sweepSeldom(core.parts);
    expect(await findJob(core.parts.db, workflowId)).toBeUndefined();
  });

  async function listed(workflowId: string): Promise<number> {
    return (await temporal.client.workflow.count(`WorkflowId = '${workflowId}' and JobType is not null`))
      .count;
  }
});

describe('a second run that somebody starts by hand', () => {
  it('is void, and neither the job nor its row takes harm', async () => {
    const id = await begin('demo_steps', { count: 2, everyMs: 1 });
    await core.until(id, ended);
    const before = await rowOf(id);
    const handle = await temporal.client.workflow.start('demo_steps', {
      workflowId: id,
      taskQueue: 'workflows',
      args: [inputOf(before)],
      typedSearchAttributes: [jobType],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'Superseded' } });
    await sweepSeldom(core.parts);
    const { rows } = await core.parts.db.query(
      'select void from job_runs where job_id = $1 order by started_at',
      [id],
    );
    expect(rows).toEqual([{ void: false }, { void: true }]);
    expect(await rowOf(id)).toEqual(before);
    expect(await repairsOf(id)).toEqual([]);
  });
});
