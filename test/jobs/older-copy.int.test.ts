import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob, insertNewJob } from '../../src/jobs/create.js';
import { beginRetry, retryJob } from '../../src/jobs/retry.js';
import { startJob } from '../../src/jobs/start.js';
import { sweepOften, sweepSeldom } from '../../src/jobs/sweep.js';
import { makeWish } from '../../src/jobs/wish.js';
import { listRepairs } from '../../src/store/repairs.js';
import { listAttempts } from '../../src/store/waits.js';
import { ended, twoWords } from '../contract/house.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { copyJob } from '../support/older-copy.js';
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

const running = ({ status }: { status: string }): boolean => status === 'running';

async function cancel(id: string): Promise<void> {
  await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
}

/** A row that is older than what Temporal may not list yet. */
async function age(id: string): Promise<void> {
  await core.parts.db.query(`update jobs set created_at = created_at - interval '1 minute' where id = $1`, [
    id,
  ]);
}

async function repairsOf(id: string): Promise<string[]> {
  const repairs = await listRepairs(core.parts.db, { before: undefined, limit: 500 });
  return repairs
    .filter(({ jobId }) => jobId === id)
    .map(({ kind }) => kind)
    .reverse();
}

async function runsOf(id: string): Promise<number> {
  return (await temporal.client.workflow.count(`WorkflowId = '${id}'`)).count;
}

const agreed = { row: 'completed', temporal: 'completed' };

describe('a row from before its run began', () => {
  it('follows the run with its next fact, and begins no second one', async () => {
    const wish = {
      type: 'demo_steps',
      params: { count: 25, everyMs: 40, label: 'early' },
      createdBy: 'test',
    };
    const { job } = await insertNewJob(core.parts.db, core.parts, { ...wish, parentId: undefined });
    await age(job.id);
    const putBack = await copyJob(core.parts.db, job.id);
    await startJob(core.parts, job);
    await core.until(job.id, running);
    await putBack();
    expect(await core.view(job.id)).toMatchObject({ status: 'pending' });
    await sweepOften(core.parts, { ledMs: 0 });
    expect(await core.view(job.id)).toMatchObject({ status: 'queued' });
    const done = await core.until(job.id, ended);
    expect(done).toMatchObject({ status: 'completed', result: { counted: 25, startedAt: 0 }, round: 1 });
    expect(await runsOf(job.id)).toBe(1);
    expect(await twoWords(core.parts, job.id)).toEqual(agreed);
  });
});

describe('a row from before its run ended', () => {
  it.each([
    ['completed', 'demo_steps', { count: 10, everyMs: 20 }, { result: { counted: 10, startedAt: 0 } }],
    [
      'failed',
      'demo_steps',
      { count: 10, everyMs: 20, failAt: 8 },
      { error: { message: 'Told to fail at 8' } },
    ],
  ])('says %s with the next sweep, and what it came to', async (status, type, params, end) => {
    const id = await begin(type, params);
    await core.until(id, running);
    await age(id);
    const putBack = await copyJob(core.parts.db, id);
    await core.until(id, ended);
    await putBack();
    expect(await core.view(id)).toMatchObject({ status: 'running' });
    await sweepSeldom(core.parts);
    expect(await core.view(id)).toMatchObject({ status, worker: null, ...end });
    expect(await repairsOf(id)).toEqual(['outcome_from_temporal']);
    expect(await twoWords(core.parts, id)).toEqual({ row: status, temporal: status });
  });
});

describe('a row from before a retry', () => {
  /** Fails at once in its first round, and does it in the second. */
  const SECOND_CHANCE = { kind: 'bad_input', times: 1 };
  const DONE = { status: 'completed', round: 2, result: { attempts: 2 }, error: null };

  it('that says completed while the retry runs follows it with the next sweep', async () => {
    const id = await begin('demo_steps', { count: 30, everyMs: 1 });
    await core.until(id, ended);
    await age(id);
    const putBack = await copyJob(core.parts.db, id);
    await core.parts.db.query(`update jobs set params = params || '{"everyMs": 40}' where id = $1`, [id]);
    await retryJob(core.parts, { jobId: id });
    await core.until(id, running);
    await putBack();
    expect(await core.view(id)).toMatchObject({ status: 'completed', round: 1 });
    await sweepSeldom(core.parts);
    expect(await core.view(id)).toMatchObject({ round: 2, result: null, error: null, endedAt: null });
    expect(await repairsOf(id)).toEqual(['row_caught_up']);
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed', round: 2 });
    expect(await runsOf(id)).toBe(2);
    expect(await twoWords(core.parts, id)).toEqual(agreed);
  });

  it.each([
    ['cancelled', ended],
    ['running', running],
  ])(
    'that says %s in round 1 is at round 2 with the next sweep, and can be steered',
    async (status, then) => {
      const id = await begin('demo_hang', {});
      await core.until(id, running);
      if (status === 'cancelled') await cancel(id);
      await core.until(id, then);
      await age(id);
      const putBack = await copyJob(core.parts.db, id);
      if (status === 'running') await cancel(id);
      await core.until(id, ended);
      await retryJob(core.parts, { jobId: id });
      await core.until(id, running);
      await putBack();
      expect(await core.view(id)).toMatchObject({ status, round: 1 });
      await sweepSeldom(core.parts);
      expect(await core.view(id)).toMatchObject({ round: 2, endedAt: null });
      const attempts = await listAttempts(core.parts.db, id);
      expect(attempts.filter(({ round, endedAt }) => round === 1 && endedAt === null)).toEqual([]);
      await cancel(id);
      expect(await core.until(id, ended)).toMatchObject({ status: 'cancelled', round: 2 });
    },
  );

  it('that has ended since says how the retry ended', async () => {
    const id = await begin('demo_fail', SECOND_CHANCE);
    await core.until(id, ended);
    const putBack = await copyJob(core.parts.db, id);
    await retryJob(core.parts, { jobId: id });
    await core.until(id, ({ status }) => status === 'completed');
    await putBack();
    expect(await core.view(id)).toMatchObject({ status: 'failed', round: 1 });
    await sweepSeldom(core.parts);
    expect(await core.view(id)).toMatchObject(DONE);
    expect(await repairsOf(id)).toEqual(['row_caught_up', 'outcome_changed']);
    expect(await twoWords(core.parts, id)).toEqual(agreed);
  });

  it('and from before its first end says how the retry ended', async () => {
    const id = await begin('demo_fail', { times: 3 });
    await core.until(id, ({ tries }) => tries > 0);
    await age(id);
    const putBack = await copyJob(core.parts.db, id);
    await core.until(id, ended);
    await retryJob(core.parts, { jobId: id });
    await core.until(id, ({ status }) => status === 'completed');
    await putBack();
    expect(await core.view(id)).toMatchObject({ round: 1, endedAt: null });
    await sweepSeldom(core.parts);
    expect(await core.view(id)).toMatchObject({ ...DONE, result: { attempts: 4 } });
    expect(await twoWords(core.parts, id)).toEqual(agreed);
  });

  it('that was about to begin does not begin it once more when it has ended', async () => {
    const id = await begin('demo_fail', SECOND_CHANCE);
    await core.until(id, ended);
    await age(id);
    const begun = await beginRetry(core.parts, { jobId: id });
    const putBack = await copyJob(core.parts.db, id);
    await startJob(core.parts, begun);
    await core.until(id, ({ status }) => status === 'completed');
    await putBack();
    expect(await core.view(id)).toMatchObject({ status: 'pending', round: 2 });
    await sweepOften(core.parts, { ledMs: 0 });
    await sweepSeldom(core.parts);
    expect(await core.view(id)).toMatchObject(DONE);
    expect(await runsOf(id)).toBe(2);
    expect(await twoWords(core.parts, id)).toEqual(agreed);
  });
});
