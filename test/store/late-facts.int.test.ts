import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ProgressDetail } from '../../src/domain/jobs/progress.js';
import { beginRound, findJob, recordAccepted, restartRound } from '../../src/store/jobs.js';
import { claimRound, recordOutcome, recordProposal } from '../../src/store/runs.js';
import {
  closeAttempt,
  endAttemptsOfDeadWorkers,
  openAttempt,
  passFence,
  recordStepBackoff,
  recordStepWaiting,
  saveCheckpoint,
  saveProgress,
  type AttemptEnd,
  type StepKey,
} from '../../src/store/steps.js';
import { clearWait, recordPaused, recordWait } from '../../src/store/waits.js';
import { registerWorker } from '../../src/store/workers.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { storeJob } from '../support/stored-job.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await registerWorker(database.db, { id: 'w', host: 'here', processId: 1, role: 'cpu', queues: { cpu: 1 } });
});

afterAll(() => database.drop());

interface Opened {
  key: StepKey;
  jobId: string;
  stepId: number;
  attemptId: string;
}

async function claim(jobId: string, round: number): Promise<void> {
  await recordAccepted(database.db, jobId, round);
  await claimRound(database.db, { jobId, round, runId: `run ${round}`, chain: `run ${round}` });
}

function keyOf(jobId: string): Omit<StepKey, 'round'> {
  return { jobId, name: 'countUp', occurrence: 1, inputHash: 'x', queue: 'cpu' };
}

async function openStep(jobId: string, round: number): Promise<Opened> {
  const key = { ...keyOf(jobId), round };
  const attemptId = randomUUID();
  const opened = await openAttempt(database.db, key, {
    attemptId,
    workerId: 'w',
    runId: `run ${round}`,
    activityId: '1',
  });
  if (opened.kind !== 'opened') throw new Error(`Expected an opened attempt, got ${opened.kind}`);
  return { key, jobId, stepId: opened.stepId, attemptId };
}

/** A job with an attempt that has come a part of its way in round 1. */
async function started(): Promise<Opened> {
  const { id } = await storeJob(database.db);
  await claim(id, 1);
  const opened = await openStep(id, 1);
  await saveCheckpoint(database.db, { ...opened, checkpoint: { at: 1 } });
  return opened;
}

const detail: ProgressDetail = {
  step: 'countUp',
  done: 9,
  total: 10,
  unit: 'steps',
  ratePerSecond: null,
  etaMs: null,
};

async function finish(jobId: string, status: 'failed' | 'cancelled'): Promise<void> {
  const outcome = { jobId, round: 1, runId: 'run 1', status, result: null, error: null };
  expect(await recordOutcome(database.db, outcome)).toBe(true);
}

/** All that the database says of a job. */
async function snapshot(jobId: string): Promise<unknown> {
  const rows = async (sql: string): Promise<unknown> => (await database.db.query(sql, [jobId])).rows;
  return {
    job: await rows('select * from jobs where id = $1'),
    runs: await rows('select * from job_runs where job_id = $1 order by run_id'),
    steps: await rows('select * from job_steps where job_id = $1 order by id'),
    attempts: await rows('select * from job_attempts where job_id = $1 order by number'),
  };
}

/** How round 1 came to an end, each with the state in which round 2 then is. */
const ROUNDS: [string, (first: Opened) => Promise<unknown>][] = [
  ['retried after a failure', ({ jobId }) => finishAndRetry(jobId, 'failed')],
  ['retried after a cancel', ({ jobId }) => finishAndRetry(jobId, 'cancelled')],
  ['recovered after its run was lost', ({ jobId }) => restartRound(database.db, { id: jobId, round: 2 })],
];

async function finishAndRetry(id: string, status: 'failed' | 'cancelled'): Promise<void> {
  await finish(id, status);
  expect(await beginRound(database.db, { id, round: 1, fresh: status !== 'failed' })).toBe(2);
}

const STATES: [string, (jobId: string) => Promise<unknown>][] = [
  ['is not taken yet', () => Promise.resolve()],
  ['is claimed', (jobId) => claim(jobId, 2)],
  [
    'waits with its step',
    async (jobId) => {
      await claim(jobId, 2);
      await recordStepWaiting(database.db, { ...keyOf(jobId), round: 2 });
    },
  ],
  [
    'runs its step',
    async (jobId) => {
      await claim(jobId, 2);
      await openStep(jobId, 2);
    },
  ],
];

const CASES = ROUNDS.flatMap(([how, end]) => STATES.map(([where, next]) => [how, where, end, next] as const));

describe.each(CASES)('once a job was %s and its round 2 %s', (_how, _where, end, next) => {
  async function later(): Promise<Opened> {
    const first = await started();
    await end(first);
    await next(first.jobId);
    return first;
  }

  it('what the run of round 1 says is refused, and changes nothing', async () => {
    const { key, jobId } = await later();
    const about = { jobId, round: 1 };
    const before = await snapshot(jobId);
    const attempt = { attemptId: randomUUID(), workerId: 'w', runId: 'run 1', activityId: '2' };
    const end = { runId: 'run 1', status: 'completed' as const, result: 'late', error: null };
    const facts: Record<string, () => Promise<unknown>> = {
      attempt: () => openAttempt(database.db, key, attempt),
      waiting: () => recordStepWaiting(database.db, key),
      backoff: () =>
        recordStepBackoff(database.db, { key, waitMs: 1_000, reason: 'retry_backoff', detail: 'late' }),
      wait: () => recordWait(database.db, { ...about, reason: 'child', detail: 'late', waitMs: null }),
      clearWait: () => clearWait(database.db, about),
      paused: () => recordPaused(database.db, { ...about, by: 'late' }),
      proposal: () => recordProposal(database.db, { ...about, ...end }),
    };
    for (const write of Object.values(facts))
      await expect(write()).rejects.toMatchObject({ standing: 'over' });
    expect(await recordOutcome(database.db, { ...about, ...end })).toBe(false);
    await recordAccepted(database.db, jobId, 1);
    expect(await snapshot(jobId)).toEqual(before);
  });

  it('a claim of round 1 is refused, and kept as void', async () => {
    const { jobId } = await later();
    const before = await findJob(database.db, jobId);
    const late = { jobId, round: 1, runId: 'another', chain: 'another' };
    expect(await claimRound(database.db, late)).toMatchObject({ granted: false });
    expect(await findJob(database.db, jobId)).toEqual(before);
    const { rows } = await database.db.query(
      `select void from job_runs where run_id = 'another' and job_id = $1`,
      [jobId],
    );
    expect(rows).toEqual([{ void: true }]);
  });

  it.each<[string, AttemptEnd]>([
    ['an output', { outcome: 'done', output: 'late' }],
    ['a failure', { outcome: 'failed', error: { kind: 'transient', message: 'late' }, counted: true }],
    ['a stop', { outcome: 'stopped' }],
  ])(
    'what an attempt of round 1 writes last changes nothing: progress, checkpoint, %s',
    async (_what, end) => {
      const first = await later();
      const before = await snapshot(first.jobId);
      await saveProgress(database.db, { ...first, progress: 0.9, detail });
      await saveCheckpoint(database.db, { ...first, checkpoint: { at: 9 } });
      expect(await passFence(database.db, first)).toBe(false);
      expect(await closeAttempt(database.db, { ...first, end })).toBe(false);
      expect(await snapshot(first.jobId)).toEqual(before);
    },
  );
});

describe('once a job has ended', () => {
  it('neither its run nor its attempts change anything any more', async () => {
    const first = await started();
    const about = { jobId: first.jobId, round: 1 };
    await finish(first.jobId, 'cancelled');
    const before = await snapshot(first.jobId);
    for (const write of [
      () => recordStepWaiting(database.db, first.key),
      () => recordWait(database.db, { ...about, reason: 'child', detail: 'late', waitMs: null }),
      () => recordPaused(database.db, { ...about, by: 'late' }),
    ])
      await expect(write()).rejects.toMatchObject({ standing: 'ended' });
    await saveProgress(database.db, { ...first, progress: 0.9, detail });
    await saveCheckpoint(database.db, { ...first, checkpoint: { at: 9 } });
    expect(await passFence(database.db, first)).toBe(false);
    expect(await closeAttempt(database.db, { ...first, end: { outcome: 'done', output: 'late' } })).toBe(
      false,
    );
    expect(await snapshot(first.jobId)).toEqual(before);
  });

  it('an attempt that was given up before does not count for the next round', async () => {
    const first = await started();
    await database.db.query(`update workers set seen_at = now() - interval '20 seconds'`);
    await endAttemptsOfDeadWorkers(database.db, 12_000);
    await finishAndRetry(first.jobId, 'cancelled');
    await claim(first.jobId, 2);
    await recordStepWaiting(database.db, { ...first.key, round: 2 });
    const before = await snapshot(first.jobId);
    const end = { outcome: 'done' as const, output: 'late' };
    expect(await closeAttempt(database.db, { ...first, end })).toBe(false);
    expect(await snapshot(first.jobId)).toEqual(before);
  });
});
