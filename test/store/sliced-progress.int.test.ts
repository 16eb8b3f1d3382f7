import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { insertJob } from '../../src/store/jobs.js';
import { claimRound } from '../../src/store/runs.js';
import { closeAttempt, openAttempt, saveProgress } from '../../src/store/steps.js';
import { registerWorker } from '../../src/store/workers.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

/** The progress of a job after each of three slices has told it, and after each has ended. */
async function progressOf(jobId: string, sliced: string | undefined): Promise<number[]> {
  const { db } = database;
  await insertJob(db, {
    ...{ id: jobId, type: 'scan', title: 'a scan', params: {}, priority: 5, createdBy: 'test' },
    ...{ subject: undefined, dedupeKey: null, parentId: undefined },
    policy: { steps: {}, retry: { waitsMs: [] }, weights: { work: 1 }, ...(sliced && { sliced }) },
  });
  await claimRound(db, { jobId, round: 1, runId: 'run', chain: 'run' });
  const seen: number[] = [];
  const look = async (): Promise<void> => {
    const { rows } = await db.query<{ progress: number }>('select progress from jobs where id = $1', [jobId]);
    seen.push(Number(rows[0]?.progress.toFixed(2)));
  };
  for (const [at, progress] of [0.2, 0.5, 0.9].entries()) {
    const [attemptId, detail] = [
      randomUUID(),
      { step: 'work', done: 1, total: null, unit: 'files' } as const,
    ];
    const key = { jobId, name: 'work', occurrence: at + 1, inputHash: 'x', round: 1, queue: 'cpu' };
    const attempt = { attemptId, workerId: 'worker-of-this', runId: 'run', activityId: '1' };
    const opened = await openAttempt(db, key, attempt);
    const stepId = opened.kind === 'opened' ? opened.stepId : 0;
    const told = { ...detail, ratePerSecond: null, etaMs: null };
    await saveProgress(db, { jobId, stepId, attemptId, progress, detail: told });
    await look();
    await closeAttempt(db, { jobId, stepId, attemptId, end: { outcome: 'done', output: {} } });
    await look();
  }
  return seen;
}

it('a slice that has ended leaves the progress where it was; another step that has ended is whole, as far as a job can be that has not', async () => {
  await registerWorker(database.db, {
    ...{ id: 'worker-of-this', host: 'here', processId: 1, role: 'cpu', queues: { cpu: 1 } },
  });
  expect(await progressOf('scan-00000001', 'work')).toEqual([0.2, 0.2, 0.5, 0.5, 0.9, 0.9]);
  expect(await progressOf('scan-00000002', undefined)).toEqual([0.2, 0.99, 0.99, 0.99, 0.99, 0.99]);
});
