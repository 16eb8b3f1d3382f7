import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createStepRunner } from '../../src/activities/jobs/run-step.js';
import { hashInput } from '../../src/activities/jobs/step-key.js';
import type { StepContext } from '../../src/activities/jobs/step.js';
import { confirmJob } from '../../src/jobs/confirm.js';
import { createJob } from '../../src/jobs/create.js';
import { openAttempt } from '../../src/store/steps.js';
import { listAttempts } from '../../src/store/waits.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { openLedger } from '../support/open-ledger.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

/** A step that publishes a file, and waits before its fence until the test lets it go. */
interface Publisher {
  worker: Worker;
  done: Promise<void>;
  connection: NativeConnection;
}

let folder: string;
let temporal: OwnTemporal;
let core: TestCore;
let publisher: Publisher;
const refused: string[] = [];
const held = new Map<string, (() => void)[]>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-fence-'));
  temporal = await startOwnTemporal();
  core = await startTestCore({ temporal, queues: { workflows: 20, io: 5, admin: 4 } });
  publisher = await startPublisher();
}, 60_000);

afterAll(async () => {
  publisher.worker.shutdown();
  await publisher.done;
  await publisher.connection.close();
  await core.stop();
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
});

async function startPublisher(): Promise<Publisher> {
  const connection = await NativeConnection.connect({ address: temporal.address });
  const asActivity = createStepRunner({ ...core.parts, ledger: openLedger, confirmSoon: () => undefined });
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: 'cpu',
    activities: { countUp: asActivity(publish) },
    shutdownGraceTime: 500,
  });
  return { worker, done: worker.run(), connection };
}

async function publish(_input: unknown, step: StepContext): Promise<{ by: string }> {
  await new Promise<void>((resolve) => {
    held.set(step.jobId, [...(held.get(step.jobId) ?? []), resolve]);
  });
  await step.fence().catch((error: unknown) => {
    refused.push(step.jobId);
    throw error;
  });
  // Fails where the file is there: nothing is published twice.
  await writeFile(path.join(folder, step.jobId), step.attemptId, { flag: 'wx' });
  return { by: step.attemptId };
}

const INPUT = { count: 1, everyMs: 1 };

async function begin(label: string): Promise<string> {
  const wish = { type: 'demo_steps', params: { ...INPUT, label }, createdBy: 'test' };
  const { job } = await createJob(core.parts, wish);
  await arrived(job.id, 1);
  return job.id;
}

async function arrived(id: string, attempts: number): Promise<void> {
  await eventually(() => held.get(id)?.length === attempts);
}

function letGo(id: string, attempt: number): void {
  held.get(id)?.[attempt - 1]?.();
}

/** Somebody else begins the same step, as the server lets it where it took the first worker for lost. */
async function takeStep(jobId: string): Promise<void> {
  const step = { name: 'countUp', occurrence: 1, inputHash: hashInput(INPUT), queue: 'cpu' };
  const opened = await openAttempt(
    core.parts.db,
    { jobId, round: 1, ...step },
    { attemptId: randomUUID(), workerId: core.parts.workerId, runId: 'run', activityId: '1' },
  );
  expect(opened).toMatchObject({ kind: 'opened', number: 2 });
}

const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;

describe('the fence', () => {
  it('stops an attempt that lost its step before it publishes; the one that takes over publishes once', async () => {
    const id = await begin('taken');
    await takeStep(id);
    letGo(id, 1);
    await eventually(() => refused.includes(id));
    // Temporal tries again, and that attempt takes the step over.
    await arrived(id, 2);
    expect(await readdir(folder)).not.toContain(id);
    letGo(id, 2);
    const done = await core.until(id, ended);
    expect(done.status).toBe('completed');
    const attempts = await listAttempts(core.parts.db, id);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'lost', 'done']);
    expect(await readFile(path.join(folder, id), 'utf8')).toBe(attempts[2]?.id);
    expect(done.result).toEqual({ by: attempts[2]?.id });
  });

  it('stops an attempt whose job has ended without it', async () => {
    const id = await begin('terminated');
    await temporal.client.workflow.getHandle(id).terminate();
    expect(await confirmJob(core.parts, id)).toBe('ended');
    letGo(id, 1);
    await eventually(() => refused.includes(id));
    expect(await readdir(folder)).not.toContain(id);
    expect(await core.view(id)).toMatchObject({ status: 'cancelled', error: { kind: 'terminated' } });
    expect(await listAttempts(core.parts.db, id)).toMatchObject([{ outcome: 'stopped' }]);
  });

  it('is recorded with the step, and lets the owner through', async () => {
    const id = await begin('mine');
    const fencedAt = async (): Promise<unknown> =>
      (
        await core.parts.db.query<{ at: unknown }>(
          'select fenced_at as at from job_steps where job_id = $1',
          [id],
        )
      ).rows[0]?.at;
    expect(await fencedAt()).toBeNull();
    letGo(id, 1);
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed' });
    expect(await fencedAt()).not.toBeNull();
    expect(await readdir(folder)).toContain(id);
  });
});
