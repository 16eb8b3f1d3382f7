import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { endForgottenAttempts } from '../../src/jobs/forgotten.js';
import { sweepOften } from '../../src/jobs/sweep.js';
import { makeWish } from '../../src/jobs/wish.js';
import { listRepairs } from '../../src/store/repairs.js';
import { closeAttempt, openAttempt } from '../../src/store/steps.js';
import { listAttempts, type AttemptRow } from '../../src/store/waits.js';
import { registerWorker } from '../../src/store/workers.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';

let core: TestCore;
let labels = 0;

beforeAll(async () => {
  core = await startTestCore();
}, 60_000);

afterAll(() => core.stop());

const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;

async function hang(): Promise<string> {
  labels += 1;
  const wish = { type: 'demo_hang', params: { label: `no. ${labels}` }, createdBy: 'test' };
  const { job } = await createJob(core.parts, wish);
  await core.until(job.id, ({ status }) => status === 'running');
  return job.id;
}

async function cancel(jobId: string): Promise<void> {
  await makeWish(core.parts, { jobId, kind: 'cancel', madeBy: 'test' });
  await core.until(jobId, ended);
}

async function newWorker({ seenSecondsAgo }: { seenSecondsAgo: number }): Promise<string> {
  const id = `worker-${randomUUID()}`;
  const about = { host: 'elsewhere', processId: 1, role: 'cpu', queues: { cpu: 1 } };
  await registerWorker(core.parts.db, { id, ...about });
  await core.parts.db.query(`update workers set seen_at = now() - $2 * interval '1 second' where id = $1`, [
    id,
    seenSecondsAgo,
  ]);
  return id;
}

interface Opened {
  jobId: string;
  stepId: number;
  attemptId: string;
}

/** An attempt of another step of the job, as a worker would have opened it so long ago. */
async function openByHand(
  jobId: string,
  { workerId, activityId, agoS }: { workerId: string; activityId: string; agoS: number },
): Promise<Opened> {
  const { rows } = await core.parts.db.query<{ id: number }>(
    `insert into job_steps (job_id, name, occurrence, input_hash, round, queue, state, waiting_since)
     values ($1, 'byHand', 1, 'x', 1, 'cpu', 'running', now() - $2 * interval '1 second') returning id`,
    [jobId, agoS],
  );
  const stepId = rows[0]?.id ?? 0;
  const attemptId = randomUUID();
  await core.parts.db.query(
    `insert into job_attempts (id, step_id, job_id, round, run_id, number, worker_id, queue, activity_id, started_at)
     select $1, $2, id, round, claimed_run, 1, $4, 'cpu', $5, now() - $6 * interval '1 second' from jobs where id = $3`,
    [attemptId, stepId, jobId, workerId, activityId, agoS],
  );
  await core.parts.db.query('update job_steps set current_attempt = $2 where id = $1', [stepId, attemptId]);
  return { jobId, stepId, attemptId };
}

async function stepOf(stepId: number): Promise<Record<string, unknown>> {
  const { rows } = await core.parts.db.query<Record<string, unknown>>(
    'select * from job_steps where id = $1',
    [stepId],
  );
  return rows[0] ?? {};
}

async function attemptOf(jobId: string, step: string): Promise<AttemptRow | undefined> {
  return (await listAttempts(core.parts.db, jobId)).find((attempt) => attempt.step === step);
}

async function repairsOf(id: string): Promise<string[]> {
  const repairs = await listRepairs(core.parts.db, { before: undefined, limit: 500 });
  return repairs.filter(({ jobId }) => jobId === id).map(({ kind }) => kind);
}

describe('an attempt of a living worker', () => {
  it('is ended once Temporal has no activity for it; one that has its activity goes on', async () => {
    const id = await hang();
    const { workerId } = core.parts;
    const { stepId } = await openByHand(id, { workerId, activityId: 'forgotten', agoS: 31 });
    await core.parts.db.query(
      `update job_attempts set started_at = now() - interval '1 hour' where job_id = $1 and activity_id <> 'forgotten'`,
      [id],
    );
    await endForgottenAttempts(core.parts);
    expect(await attemptOf(id, 'byHand')).toMatchObject({ outcome: 'lost' });
    expect(await stepOf(stepId)).toMatchObject({
      state: 'stopped',
      current_attempt: null,
      waiting_since: null,
    });
    expect(await repairsOf(id)).toEqual(['attempt_forgotten']);
    expect(await attemptOf(id, 'hang')).toMatchObject({ endedAt: null });
    expect(await core.view(id)).toMatchObject({ status: 'running', step: 'hang' });
    await endForgottenAttempts(core.parts);
    expect(await repairsOf(id)).toEqual(['attempt_forgotten']);
    await cancel(id);
  });

  it('is left alone for its first half minute: Temporal may not have been told of it yet', async () => {
    const id = await hang();
    await openByHand(id, { workerId: core.parts.workerId, activityId: 'new', agoS: 25 });
    await endForgottenAttempts(core.parts);
    expect(await attemptOf(id, 'byHand')).toMatchObject({ endedAt: null });
    await cancel(id);
  });
});

describe('an attempt of a worker that was not seen for 12 s', () => {
  it('ends as lost when it was last seen, and its step waits in its old place', async () => {
    const id = await hang();
    const workerId = await newWorker({ seenSecondsAgo: 13 });
    const living = await newWorker({ seenSecondsAgo: 11 });
    const { stepId } = await openByHand(id, { workerId, activityId: 'lost', agoS: 20 });
    const since = (await stepOf(stepId))['waiting_since'];
    const other = await hang();
    await openByHand(other, { workerId: living, activityId: 'kept', agoS: 20 });
    await sweepOften(core.parts, { ledMs: 12_000 });
    const lost = await attemptOf(id, 'byHand');
    const { rows } = await core.parts.db.query<{ seen: Date }>(
      'select seen_at as seen from workers where id = $1',
      [workerId],
    );
    expect(lost).toMatchObject({ outcome: 'lost', endedAt: rows[0]?.seen });
    expect(await stepOf(stepId)).toMatchObject({
      state: 'waiting',
      waiting_since: since,
      current_attempt: null,
      losses: 1,
    });
    expect(await attemptOf(id, 'hang')).toMatchObject({ endedAt: null });
    expect(await attemptOf(other, 'byHand')).toMatchObject({ endedAt: null });
    for (const job of [id, other]) await cancel(job);
  });

  it('is not judged before the sweeper has had the database for as long', async () => {
    const id = await hang();
    const workerId = await newWorker({ seenSecondsAgo: 60 });
    await openByHand(id, { workerId, activityId: 'away', agoS: 90 });
    await sweepOften(core.parts, { ledMs: 11_999 });
    expect(await attemptOf(id, 'byHand')).toMatchObject({ endedAt: null });
    await cancel(id);
  });

  it('has an end that counts while nobody has taken its step', async () => {
    const params = { count: 40, everyMs: 50, label: 'thought dead' };
    const { job } = await createJob(core.parts, { type: 'demo_steps', params, createdBy: 'test' });
    await core.until(job.id, ({ status, progress }) => status === 'running' && progress > 0);
    // The worker lives, and may say so between the two.
    await eventually(async () => {
      await core.parts.db.query(`update workers set seen_at = now() - interval '13 seconds' where id = $1`, [
        core.parts.workerId,
      ]);
      await sweepOften(core.parts, { ledMs: 12_000 });
      return (await attemptOf(job.id, 'countUp'))?.outcome === 'lost';
    });
    expect(await core.view(job.id)).toMatchObject({ status: 'queued', worker: null });
    // It lived, and was only slow to say so.
    const done = await core.until(job.id, ended);
    expect(done).toMatchObject({ status: 'completed', result: { counted: 40, startedAt: 0 } });
    expect(await listAttempts(core.parts.db, job.id)).toMatchObject([{ number: 1, outcome: 'done' }]);
  });

  it('has none that counts once somebody has taken it', async () => {
    const id = await hang();
    const workerId = await newWorker({ seenSecondsAgo: 13 });
    const given = await openByHand(id, { workerId, activityId: 'given up', agoS: 20 });
    await sweepOften(core.parts, { ledMs: 12_000 });
    const key = { jobId: id, name: 'byHand', occurrence: 1, inputHash: 'x', round: 1, queue: 'cpu' };
    const taker = {
      attemptId: randomUUID(),
      workerId: core.parts.workerId,
      runId: 'run',
      activityId: 'taken',
    };
    expect(await openAttempt(core.parts.db, key, taker)).toMatchObject({
      kind: 'opened',
      number: 2,
      losses: 1,
    });
    expect(await closeAttempt(core.parts.db, { ...given, end: { outcome: 'done', output: 'late' } })).toBe(
      false,
    );
    expect(await stepOf(given.stepId)).toMatchObject({
      state: 'running',
      current_attempt: taker.attemptId,
      output: null,
    });
    expect(await attemptOf(id, 'byHand')).toMatchObject({ outcome: 'lost' });
    await cancel(id);
  });
});
