import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { retryJob } from '../../src/jobs/retry.js';
import { makeWish } from '../../src/jobs/wish.js';
import { listLogs } from '../../src/store/logs.js';
import { listAttempts } from '../../src/store/waits.js';
import { startTestCore, type TestCore } from '../support/core.js';

let core: TestCore;
let labels = 0;

beforeAll(async () => {
  core = await startTestCore();
}, 60_000);

afterAll(() => core.stop());

async function begin(type: string, params: object): Promise<string> {
  labels += 1;
  const wish = { type, params: { label: `no. ${labels}`, ...params }, maxRetries: 0, createdBy: 'test' };
  return (await createJob(core.parts, wish)).job.id;
}

const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;

/** What each attempt came to, with the round that it was made in. */
async function attemptsOf(id: string): Promise<string[]> {
  return (await listAttempts(core.parts.db, id)).map(({ round, outcome }) => `${round} ${outcome ?? 'open'}`);
}

/** Where each attempt began to count. */
async function startsOf(id: string): Promise<number[]> {
  const logs = await listLogs(core.parts.db, { jobId: id, after: 0, limit: 100 });
  return logs.flatMap(({ message }) => {
    const start = /^counts from (\d+) /.exec(message)?.[1];
    return start === undefined ? [] : [Number(start)];
  });
}

describe('a retry of a failed job', () => {
  it('goes on from the checkpoint of its failed step', async () => {
    const id = await begin('demo_steps', { count: 9, everyMs: 1, failAt: 5 });
    await core.until(id, ended);
    await retryJob(core.parts, { jobId: id });
    expect(await core.until(id, ended)).toMatchObject({ status: 'failed', round: 2 });
    expect(await startsOf(id)).toEqual([0, 4]);
    expect(await attemptsOf(id)).toEqual(['1 failed', '2 failed']);
  });

  it('does not repeat a step that was done', async () => {
    const id = await begin('demo_steps', { count: 3, everyMs: 1 });
    await core.until(id, ended);
    // As a story that failed behind this step leaves its job.
    await core.parts.db.query(`update jobs set outcome_status = 'failed', result = null where id = $1`, [id]);
    await core.parts.db.query('select touch_job($1)', [id]);
    await retryJob(core.parts, { jobId: id });
    const done = await core.until(id, ended);
    expect(done).toMatchObject({
      status: 'completed',
      round: 2,
      progress: 1,
      result: { counted: 3, startedAt: 0 },
    });
    expect(await attemptsOf(id)).toEqual(['1 done']);
  });

  it('begins a new round of its failed children, and reuses what a completed one came to', async () => {
    const key = `outlives ${labels}`;
    const id = await begin('demo_fan_out', { children: 2, count: 4, everyMs: 1, failAt: 3, shared: key });
    const failed = await core.until(id, ended);
    expect(failed).toMatchObject({ status: 'failed', error: { kind: 'parts_failed' } });
    const family = failed.children.map(({ id: child, type }) => ({ child, type }));
    const parts = family.filter(({ type }) => type === 'demo_steps').map(({ child }) => child);
    const [shared = ''] = family.filter(({ type }) => type === 'demo_shared').map(({ child }) => child);
    // What they met is mended.
    await core.parts.db.query(`update jobs set params = params - 'failAt' where id = any($1::text[])`, [
      parts,
    ]);
    await retryJob(core.parts, { jobId: id });
    const done = await core.until(id, ended);
    expect(done).toMatchObject({ status: 'completed', round: 2, result: { completed: 2, shared } });
    expect(done.children.map(({ id: child }) => child).sort()).toEqual([...parts, shared].sort());
    for (const part of parts) {
      expect(await core.view(part)).toMatchObject({ status: 'completed', round: 2 });
      expect(await attemptsOf(part)).toEqual(['1 failed', '1 failed', '1 failed', '2 done']);
    }
    expect(await core.view(shared)).toMatchObject({ status: 'completed', round: 1 });
    expect(await attemptsOf(shared)).toEqual(['1 done']);
  });
});

describe('a retry of what did not fail', () => {
  it('starts a completed job fresh', async () => {
    const id = await begin('demo_steps', { count: 3, everyMs: 1 });
    await core.until(id, ended);
    await retryJob(core.parts, { jobId: id });
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed', round: 2 });
    expect(await startsOf(id)).toEqual([0, 0]);
    expect(await attemptsOf(id)).toEqual(['1 done', '2 done']);
  });

  it('starts a cancelled job fresh, however far it had come', async () => {
    const id = await begin('demo_steps', { count: 30, everyMs: 20 });
    await core.until(id, ({ progress }) => progress > 0.1);
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
    expect(await core.until(id, ended)).toMatchObject({ status: 'cancelled' });
    expect(await retryJob(core.parts, { jobId: id })).toMatchObject({ progress: 0 });
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed', round: 2 });
    expect(await startsOf(id)).toEqual([0, 0]);
    expect(await attemptsOf(id)).toEqual(['1 stopped', '2 done']);
  });

  it('gives a completed parent children of their own again', async () => {
    const id = await begin('demo_fan_out', { children: 2, count: 2, everyMs: 1 });
    const first = await core.until(id, ended);
    await retryJob(core.parts, { jobId: id });
    const second = await core.until(id, ended);
    expect(second).toMatchObject({ status: 'completed', round: 2 });
    expect(first.children).toHaveLength(2);
    expect(second.children).toHaveLength(4);
    for (const { id: child } of second.children) expect(await attemptsOf(child)).toEqual(['1 done']);
  });
});
