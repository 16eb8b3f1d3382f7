import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { sweepSeldom } from '../../src/jobs/sweep.js';
import { retryJob } from '../../src/jobs/retry.js';
import { makeWish } from '../../src/jobs/wish.js';
import { listAttempts } from '../../src/store/waits.js';
import { listLogs } from '../../src/store/logs.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { testTemporal } from '../support/servers.js';

const run = promisify(execFile);
let core: TestCore;
let labels = 0;

beforeAll(async () => {
  core = await startTestCore();
});

afterAll(() => core.stop());

async function begin(params: { count: number; everyMs?: number; failAt?: number }): Promise<string> {
  labels += 1;
  const created = await createJob(core.parts, {
    type: 'demo_steps',
    params: { everyMs: 20, label: `no. ${labels}`, ...params },
    createdBy: 'test',
  });
  return created.job.id;
}

function signal(jobId: string, name: string): Promise<unknown> {
  const { address, namespace, cliPath } = testTemporal();
  return run(cliPath, [
    'workflow',
    'signal',
    '--address',
    address,
    '-n',
    namespace,
    '--workflow-id',
    jobId,
    '--name',
    name,
  ]);
}

describe('a job', () => {
  it('runs to its end with its attempt, progress and log recorded', async () => {
    const id = await begin({ count: 5 });
    const done = await core.until(id, ({ status }) => status === 'completed');
    expect(done).toMatchObject({
      progress: 1,
      result: { counted: 5, startedAt: 0 },
      sentence: 'is done',
      error: null,
    });
    const attempts = await listAttempts(core.parts.db, id);
    expect(attempts).toMatchObject([{ step: 'countUp', number: 1, outcome: 'done' }]);
    const logs = await listLogs(core.parts.db, { jobId: id, after: 0, limit: 10 });
    expect(logs.map(({ message }) => message)).toContain('counts from 0 to 5');
  });

  it('is the same one when an equal one is open', async () => {
    const wish = { type: 'demo_steps', params: { count: 50, label: 'equal' }, createdBy: 'test' };
    const [one, other] = await Promise.all([createJob(core.parts, wish), createJob(core.parts, wish)]);
    expect(other.job.id).toBe(one.job.id);
    expect([one.kind, other.kind].sort()).toEqual(['existing', 'started']);
    await makeWish(core.parts, { jobId: one.job.id, kind: 'cancel', madeBy: 'test' });
    await core.until(one.job.id, ({ status }) => status === 'cancelled');
  });

  it('takes the higher priority of two equal wishes, also for what waits already', async () => {
    const wish = { type: 'demo_steps', params: { count: 200, label: 'twice wanted' }, createdBy: 'test' };
    const { job } = await createJob(core.parts, { ...wish, priority: 5 });
    const lower = await createJob(core.parts, { ...wish, priority: 9 });
    expect([lower.kind, lower.job.id, lower.job.priority]).toEqual(['existing', job.id, 5]);
    const higher = await createJob(core.parts, { ...wish, priority: 2 });
    expect([higher.kind, higher.job.id, higher.job.priority]).toEqual(['existing', job.id, 2]);
    await makeWish(core.parts, { jobId: job.id, kind: 'cancel', madeBy: 'test' });
    await core.until(job.id, ({ status }) => status === 'cancelled');
  });

  it('stores nothing for invalid params', async () => {
    const wish = { type: 'demo_steps', params: { count: 0, colour: 'red' }, createdBy: 'test' };
    await expect(createJob(core.parts, wish)).rejects.toMatchObject({ kind: 'bad_input' });
    const { rows } = await core.parts.db.query(`select id from jobs where params->>'colour' = 'red'`);
    expect(rows).toEqual([]);
  });

  it.each(['API', 'Temporal CLI'])(
    'pauses at its checkpoint and goes on from there, wished by the %s',
    async (way) => {
      const id = await begin({ count: 60, everyMs: 50 });
      await core.until(id, ({ status, progress }) => status === 'running' && progress > 0.05);
      if (way === 'API') await makeWish(core.parts, { jobId: id, kind: 'pause', madeBy: 'somebody' });
      else await signal(id, 'pause');
      const paused = await core.until(id, ({ status }) => status === 'paused', 3_000);
      expect(paused.worker).toBeNull();
      if (way === 'API') expect(paused.pausedBy).toBe('somebody');
      if (way === 'API') await makeWish(core.parts, { jobId: id, kind: 'resume', madeBy: 'test' });
      else await signal(id, 'resume');
      const done = await core.until(id, ({ status }) => status === 'completed');
      expect(done.progress).toBe(1);
      expect((done.result as { startedAt: number }).startedAt).toBeGreaterThan(0);
    },
  );

  it.each(['API', 'Temporal CLI signal', 'Temporal CLI cancel'])(
    'is cancelled by the %s, and Temporal agrees',
    async (way) => {
      const id = await begin({ count: 500, everyMs: 20 });
      await core.until(id, ({ status }) => status === 'running');
      const { address, namespace, cliPath } = testTemporal();
      if (way === 'API') await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
      else if (way === 'Temporal CLI signal') await signal(id, 'cancel');
      else
        await run(cliPath, [
          'workflow',
          'cancel',
          '--address',
          address,
          '-n',
          namespace,
          '--workflow-id',
          id,
        ]);
      await core.until(id, ({ status }) => status === 'cancelled', 3_000);
      expect(await core.parts.temporal.describe(id)).toMatchObject({ state: 'closed', status: 'CANCELLED' });
      const open = (await listAttempts(core.parts.db, id)).filter(({ endedAt }) => endedAt === null);
      expect(open).toEqual([]);
    },
  );

  it('follows a terminate that its run could not see', async () => {
    const id = await begin({ count: 500, everyMs: 20 });
    await core.until(id, ({ status }) => status === 'running');
    const { address, namespace, cliPath } = testTemporal();
    await run(cliPath, ['workflow', 'terminate', '--address', address, '-n', namespace, '--workflow-id', id]);
    // The sweeper's own pass comes within 60 s; here it is called.
    await sweepSeldom(core.parts);
    const ended = await core.until(id, ({ status }) => status === 'cancelled');
    expect(ended.error).toMatchObject({ kind: 'terminated' });
  });

  it('counts tries, waits between them, fails in words, and keeps its checkpoint for a retry (no. 29)', async () => {
    const id = await begin({ count: 10, everyMs: 1, failAt: 5 });
    const waiting = await core.until(id, ({ waitingReason }) => waitingReason === 'retry_backoff');
    expect(waiting.status).toBe('queued');
    const failed = await core.until(id, ({ status }) => status === 'failed');
    expect(failed.error).toMatchObject({ kind: 'transient', message: 'Told to fail at 5' });
    // Two waits in the catalogue mean three tries.
    expect(await listAttempts(core.parts.db, id)).toHaveLength(3);
    const retried = await retryJob(core.parts, { jobId: id });
    expect(retried.round).toBe(2);
    await core.until(id, ({ status }) => status === 'failed');
    const logs = await listLogs(core.parts.db, { jobId: id, after: 0, limit: 100 });
    expect(logs.map(({ message }) => message)).toContain('counts from 4 to 10');
  });

  it('refuses a retry while it is open and a wish when it has ended', async () => {
    const id = await begin({ count: 3 });
    await expect(retryJob(core.parts, { jobId: id })).rejects.toMatchObject({ kind: 'superseded' });
    await core.until(id, ({ status }) => status === 'completed');
    await expect(makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' })).rejects.toMatchObject({
      kind: 'superseded',
    });
    await expect(
      makeWish(core.parts, { jobId: 'none-00000000', kind: 'pause', madeBy: 'test' }),
    ).rejects.toMatchObject({ kind: 'gone' });
  });
});
