import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { makeWish } from '../../src/jobs/wish.js';
import { dueCleanups } from '../../src/store/cleanups.js';
import { retryCleanups } from '../../src/workers/cleanups.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
}, 60_000);

afterAll(() => core.stop());

const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;
const folder = (): string => path.join(core.parts.roots.folderOf('scratch'), 'demo');

async function filesOf(jobId: string): Promise<string[]> {
  return (await readdir(folder())).filter((name) => name.includes(jobId));
}

async function encode(seconds: number): Promise<string> {
  const params = { seconds, realTime: true, label: randomUUID() };
  const { job } = await createJob(core.parts, { type: 'demo_encode', params, createdBy: 'test' });
  return job.id;
}

/** One whose FFmpeg writes. */
async function running(): Promise<string> {
  const id = await encode(30);
  await mkdir(folder(), { recursive: true });
  await eventually(async () => (await filesOf(id)).length > 0);
  return id;
}

async function cleanupsOf(jobId: string): Promise<{ activity: string; done: boolean; wait: number }[]> {
  const { rows } = await core.parts.db.query<{ activity: string; done: boolean; wait: number }>(
    `select activity, done_at is not null as done, extract(epoch from next_at - created_at)::float8 as wait
     from cleanups where job_id = $1`,
    [jobId],
  );
  return rows;
}

describe('temp files of an attempt that another ended', () => {
  it('are taken away after a terminate, whatever became of the worker; what is published stays', async () => {
    const id = await running();
    await core.parts.temporal.terminate(id, await runOf(id), 'test');
    await core.until(id, ended, 90_000);
    // As a worker that was killed leaves it.
    const left = path.join(folder(), `.${id}.mkv.partial-${randomUUID()}`);
    await writeFile(left, 'half a video');
    const shown = path.join(folder(), `${id}.mkv`);
    await writeFile(shown, 'published by an attempt that passed the fence');
    expect(await cleanupsOf(id)).toEqual([{ activity: 'tidySample', done: false, wait: 20 }]);
    expect(await core.view(id)).toMatchObject({ status: 'cancelled', openCleanups: 1 });
    await core.parts.db.query('update cleanups set next_at = now() where job_id = $1', [id]);
    await retryCleanups(core.parts);
    await eventually(async () => (await cleanupsOf(id)).every(({ done }) => done));
    expect(await filesOf(id)).toEqual([path.basename(shown)]);
  }, 120_000);

  it('need no more where the job itself undid what it had done, or came to its end', async () => {
    const cancelled = await running();
    await makeWish(core.parts, { jobId: cancelled, kind: 'cancel', madeBy: 'test' });
    const done = await encode(1);
    expect(await core.until(cancelled, ended)).toMatchObject({ status: 'cancelled' });
    expect(await core.until(done, ended)).toMatchObject({ status: 'completed' });
    expect([await cleanupsOf(cancelled), await cleanupsOf(done)]).toEqual([[], []]);
    expect(await filesOf(cancelled)).toEqual([]);
  }, 60_000);

  it('are taken away after a failure whose last attempt was lost', async () => {
    const id = await running();
    await core.parts.db.query(
      `insert into job_attempts (id, step_id, job_id, round, run_id, number, worker_id, queue, ended_at, outcome)
       select gen_random_uuid(), id, job_id, 1, 'x', 9, $2, 'cpu', now(), 'lost' from job_steps where job_id = $1`,
      [id, core.parts.workerId],
    );
    await core.parts.db.query('select record_outcome($1, 1, $2, $3, null, null, false)', [id, 'failed', 'x']);
    expect(await cleanupsOf(id)).toEqual([{ activity: 'tidySample', done: false, wait: 20 }]);
    // As after a reset, which opens the row again in its round: what runs then is not tidied away under it.
    await core.parts.db.query('update cleanups set next_at = now() where job_id = $1', [id]);
    await core.parts.db.query('update jobs set outcome_status = null where id = $1', [id]);
    expect((await dueCleanups(core.parts.db)).filter(({ jobId }) => jobId === id)).toEqual([]);
    await core.parts.temporal.terminate(id, await runOf(id), 'test');
    await eventually(async () => (await filesOf(id)).length === 0);
  }, 60_000);
});

async function runOf(jobId: string): Promise<string> {
  const execution = await core.parts.temporal.describe(jobId);
  return execution.state === 'unknown' ? '' : execution.runId;
}
