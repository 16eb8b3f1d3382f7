import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { insertJob } from '../../src/store/jobs.js';
import { claimRound } from '../../src/store/runs.js';
import {
  closeAttempt,
  endAttemptsOfDeadWorkers,
  openAttempt,
  passFence,
  recordStepWaiting,
  saveCheckpoint,
  saveProgress,
  type OpenedAttempt,
  type StepKey,
} from '../../src/store/steps.js';
import { listAttempts } from '../../src/store/waits.js';
import { registerWorker } from '../../src/store/workers.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;
let jobs = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

interface Opened {
  key: StepKey;
  attemptId: string;
  stepId: number;
}

async function newStep(): Promise<StepKey> {
  jobs += 1;
  const jobId = `demo_steps-${String(jobs).padStart(8, '0')}`;
  await insertJob(database.db, {
    id: jobId,
    type: 'demo_steps',
    title: 'a job',
    params: {},
    policy: { steps: {}, retry: { waitsMs: [] }, weights: { countUp: 1 } },
    priority: 5,
    subject: undefined,
    dedupeKey: null,
    parentId: undefined,
    createdBy: 'test',
  });
  await claimRound(database.db, { jobId, round: 1, runId: 'run', chain: 'run' });
  return { jobId, name: 'countUp', occurrence: 1, inputHash: 'x', round: 1, queue: 'cpu' };
}

async function newWorker({ seenSecondsAgo = 0 } = {}): Promise<string> {
  const id = `worker-${randomUUID()}`;
  await registerWorker(database.db, { id, host: 'here', processId: 1, role: 'cpu', queues: { cpu: 1 } });
  await database.db.query(`update workers set seen_at = now() - $2 * interval '1 second' where id = $1`, [
    id,
    seenSecondsAgo,
  ]);
  return id;
}

async function open(key: StepKey, workerId: string): Promise<Opened & { opened: OpenedAttempt }> {
  const attemptId = randomUUID();
  const opened = await openAttempt(database.db, key, { attemptId, workerId, runId: 'run', activityId: '1' });
  return { key, attemptId, opened, stepId: opened.kind === 'opened' ? opened.stepId : 0 };
}

function close({ key, stepId, attemptId }: Opened, output: unknown = 'output'): Promise<boolean> {
  const end = { outcome: 'done' as const, output };
  return closeAttempt(database.db, { jobId: key.jobId, stepId, attemptId, end });
}

async function stepOf(stepId: number): Promise<Record<string, unknown>> {
  const { rows } = await database.db.query<Record<string, unknown>>('select * from job_steps where id = $1', [
    stepId,
  ]);
  return rows[0] ?? {};
}

async function statusOf({ jobId }: StepKey): Promise<string | undefined> {
  const { rows } = await database.db.query<{ status: string }>('select status from jobs where id = $1', [
    jobId,
  ]);
  return rows[0]?.status;
}

describe('an attempt', () => {
  it('makes its job running while it is open, and the step done with its output', async () => {
    const key = await newStep();
    expect(await statusOf(key)).toBe('queued');
    const attempt = await open(key, await newWorker());
    expect(await statusOf(key)).toBe('running');
    expect(await close(attempt)).toBe(true);
    expect(await statusOf(key)).toBe('queued');
    const again = await open(key, await newWorker());
    expect(again.opened).toEqual({ kind: 'done', output: 'output' });
  });

  it('is closed once: a second end of it changes nothing', async () => {
    const attempt = await open(await newStep(), await newWorker());
    expect(await close(attempt, 'first')).toBe(true);
    expect(await close(attempt, 'second')).toBe(false);
    expect(await stepOf(attempt.stepId)).toMatchObject({ output: 'first' });
  });

  it('ends the older open attempt of its step as lost, and takes fence, checkpoint and progress from it', async () => {
    const key = await newStep();
    const older = await open(key, await newWorker());
    const newer = await open(key, await newWorker());
    expect(await passFence(database.db, older)).toBe(false);
    expect(await passFence(database.db, newer)).toBe(true);
    await saveCheckpoint(database.db, { ...newer, checkpoint: { at: 'newer' } });
    await saveCheckpoint(database.db, { ...older, checkpoint: { at: 'older' } });
    const detail = { step: 'countUp', total: 10, unit: 'steps' as const, ratePerSecond: null, etaMs: null };
    await saveProgress(database.db, {
      ...older,
      jobId: key.jobId,
      progress: 0.9,
      detail: { ...detail, done: 9 },
    });
    expect(await stepOf(newer.stepId)).toMatchObject({ checkpoint: { at: 'newer' }, progress: 0 });
    expect(await close(older, 'late')).toBe(false);
    expect(await close(newer, 'right')).toBe(true);
    expect(await stepOf(newer.stepId)).toMatchObject({ output: 'right', state: 'done' });
    expect((await listAttempts(database.db, key.jobId)).map(({ outcome }) => outcome)).toEqual([
      'lost',
      'done',
    ]);
  });

  it('never lets progress go down', async () => {
    const key = await newStep();
    const attempt = await open(key, await newWorker());
    const seen: number[] = [];
    for (const progress of [0.2, 0.6, 0.4, 0.1]) {
      const detail = {
        step: 'countUp',
        done: progress * 10,
        total: 10,
        unit: 'steps' as const,
        ratePerSecond: null,
        etaMs: null,
      };
      await saveProgress(database.db, { ...attempt, jobId: key.jobId, progress, detail });
      const { rows } = await database.db.query<{ progress: number }>(
        'select progress from jobs where id = $1',
        [key.jobId],
      );
      seen.push(rows[0]?.progress ?? -1);
    }
    expect(seen).toEqual([0.2, 0.6, 0.6, 0.6]);
  });
});

describe('the attempts of a dead worker', () => {
  it('end as lost at its last sign of life; the step waits again with its old place', async () => {
    const key = await newStep();
    await recordStepWaiting(database.db, key);
    const { rows } = await database.db.query<{ since: Date }>(
      'select waiting_since as since from job_steps where job_id = $1',
      [key.jobId],
    );
    const attempt = await open(key, await newWorker({ seenSecondsAgo: 20 }));
    expect(await endAttemptsOfDeadWorkers(database.db, 12_000)).toContain(key.jobId);
    expect(await statusOf(key)).toBe('queued');
    expect(await stepOf(attempt.stepId)).toMatchObject({
      state: 'waiting',
      losses: 1,
      waiting_since: rows[0]?.since,
      current_attempt: null,
    });
    const [lost] = await listAttempts(database.db, key.jobId);
    expect(lost).toMatchObject({ outcome: 'lost' });
    expect(lost?.endedAt?.getTime()).toBe(lost?.startedAt.getTime());
  });

  it('are left alone while the worker was seen within 12 s', async () => {
    const key = await newStep();
    await open(key, await newWorker({ seenSecondsAgo: 8 }));
    expect(await endAttemptsOfDeadWorkers(database.db, 12_000)).not.toContain(key.jobId);
    expect(await statusOf(key)).toBe('running');
  });

  it('count all the same when the worker was alive and nobody has taken the step meanwhile', async () => {
    const key = await newStep();
    const attempt = await open(key, await newWorker({ seenSecondsAgo: 20 }));
    await endAttemptsOfDeadWorkers(database.db, 12_000);
    expect(await passFence(database.db, attempt)).toBe(false);
    expect(await close(attempt, 'late but whole')).toBe(true);
    expect(await stepOf(attempt.stepId)).toMatchObject({
      state: 'done',
      output: 'late but whole',
      losses: 0,
      waiting_since: null,
    });
    expect(await listAttempts(database.db, key.jobId)).toMatchObject([{ outcome: 'done' }]);
  });

  it('count no more once another attempt has taken the step', async () => {
    const key = await newStep();
    const first = await open(key, await newWorker({ seenSecondsAgo: 20 }));
    await endAttemptsOfDeadWorkers(database.db, 12_000);
    const second = await open(key, await newWorker());
    expect(await close(first, 'late')).toBe(false);
    expect(await stepOf(second.stepId)).toMatchObject({ state: 'running', losses: 1 });
    expect(await close(second, 'right')).toBe(true);
    expect(await stepOf(second.stepId)).toMatchObject({ output: 'right' });
  });

  it('are counted in a row until the checkpoint gets further', async () => {
    const key = await newStep();
    const losses: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { opened } = await open(key, await newWorker({ seenSecondsAgo: 20 }));
      losses.push(opened.kind === 'opened' ? opened.losses : 'done');
      await endAttemptsOfDeadWorkers(database.db, 12_000);
    }
    const further = await open(key, await newWorker());
    losses.push(further.opened.kind === 'opened' ? further.opened.losses : 'done');
    await saveCheckpoint(database.db, { ...further, checkpoint: { counted: 1 } });
    expect([...losses, (await stepOf(further.stepId))['losses']]).toEqual([0, 1, 2, 3, 0]);
  });
});
