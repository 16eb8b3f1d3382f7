import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { retryJob } from '../../src/jobs/retry.js';
import type { JobView } from '../../src/jobs/view.js';
import { makeWish } from '../../src/jobs/wish.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
});

afterAll(() => core.stop());

async function begin(type: string, params: object): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;
}

async function wish(jobId: string, kind: 'pause' | 'resume' | 'cancel'): Promise<void> {
  await makeWish(core.parts, { jobId, kind, madeBy: 'test' });
}

const ended = ({ endedAt }: JobView): boolean => endedAt !== null;

async function openItems(jobId: string): Promise<number> {
  const { rows } = await core.parts.db.query(
    `select from demo_items where job_id = $1 and removed_at is null`,
    [jobId],
  );
  return rows.length;
}

async function samples(): Promise<string[]> {
  return readdir(path.join(core.parts.roots.folderOf('scratch'), 'demo')).catch(() => []);
}

describe('an external item', () => {
  it('runs without an attempt, tells that it stalls, and ends the job', async () => {
    const id = await begin('demo_external', { durationMs: 1_500, stallAtMs: 500, stallForMs: 1_000 });
    await core.until(id, ({ status, step }) => status === 'running' && step === null);
    await core.until(id, ({ waitingReason }) => waitingReason === 'download_stalled');
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed', progress: 1 });
  });

  it('stands still while its job is paused, goes on after it, and is removed by a cancel', async () => {
    const id = await begin('demo_external', { durationMs: 60_000, label: 'paused' });
    await core.until(id, ({ progress }) => progress > 0.005);
    await wish(id, 'pause');
    const { progress: atPause } = await core.until(id, ({ status }) => status === 'paused');
    const other = await begin('demo_external', { durationMs: 1_200, label: 'meanwhile' });
    await core.until(other, ended);
    expect((await core.view(id)).progress).toBe(atPause);
    await wish(id, 'resume');
    await core.until(id, ({ status, progress }) => status === 'running' && progress > atPause);
    await wish(id, 'cancel');
    await core.until(id, ({ status }) => status === 'cancelled', 5_000);
    expect(await openItems(id)).toBe(0);
  });

  it('is removed when its job was ended without a word', async () => {
    const id = await begin('demo_external', { durationMs: 60_000, label: 'ended' });
    await core.until(id, ({ status }) => status === 'running');
    await core.parts.db.query(`update jobs set outcome_status = 'cancelled' where id = $1`, [id]);
    await eventually(async () => (await openItems(id)) === 0);
  });
});

describe('a sample video', () => {
  it('is published once: a later round finds it and makes no other', async () => {
    const id = await begin('demo_encode', { seconds: 2 });
    const { result } = await core.until(id, ended);
    expect(result).toMatchObject({ path: `scratch:demo/${id}.mkv`, seconds: 2 });
    const file = core.parts.roots.resolve(`scratch:demo/${id}.mkv`);
    const before = await stat(file);
    expect((result as { bytes: number }).bytes).toBe(before.size);
    await retryJob(core.parts, { jobId: id });
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed', round: 2, result });
    expect((await stat(file)).ino).toBe(before.ino);
    expect(await samples()).toEqual([`${id}.mkv`]);
  });

  it('leaves no process and no file when it is cancelled in the middle', async () => {
    const id = await begin('demo_encode', { seconds: 60, realTime: true });
    await core.until(id, ({ progress }) => progress > 0);
    expect(await samples()).toContainEqual(expect.stringContaining(`.${id}.mkv.partial-`));
    await wish(id, 'cancel');
    await core.until(id, ({ status }) => status === 'cancelled', 10_000);
    // Clean within 3 s (design §2).
    await eventually(async () => (await findProcesses(id)).length === 0, { withinMs: 3_000 });
    await eventually(async () => !(await samples()).some((name) => name.includes(id)), { withinMs: 1_000 });
  });
});
