import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { jobStats } from '../../../src/api/schemas/stats.js';
import { claimRound } from '../../../src/store/runs.js';
import { openAttempt, recordStepWaiting } from '../../../src/store/steps.js';
import { recordPaused } from '../../../src/store/waits.js';
import { registerWorker } from '../../../src/store/workers.js';
import { runCli } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { storeJob } from '../../support/stored-job.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});

afterAll(() => api.stop());

async function stats(): Promise<z.output<typeof jobStats>> {
  const { status, body } = await api.send('GET', '/api/jobs/stats', { token: api.tokens.viewer });
  expect(status).toBe(200);
  return jobStats.parse(body);
}

/** A job whose one step waits for a slot of `cpu`. */
async function storeWaiting(): Promise<{ jobId: string; key: Parameters<typeof recordStepWaiting>[1] }> {
  const { id: jobId } = await storeJob(api.parts.db);
  const key = { jobId, name: 'countUp', occurrence: 1, inputHash: 'x', round: 1, queue: 'cpu' };
  await claimRound(api.parts.db, { jobId, round: 1, runId: 'run', chain: 'run' });
  await recordStepWaiting(api.parts.db, key);
  return { jobId, key };
}

describe('GET /api/jobs/stats', () => {
  it('is all zero before the first job, with every status and every queue named', async () => {
    const { total, byStatus, types, queues } = await stats();
    expect({ total, types }).toEqual({ total: 0, types: [] });
    expect(byStatus).toEqual({
      ...{ pending: 0, queued: 0, running: 0, paused: 0 },
      ...{ completed: 0, failed: 0, cancelled: 0 },
    });
    expect(queues.map(({ queue, waiting, running }) => [queue, waiting, running])).toEqual(
      ['workflows', 'io', 'cpu', 'gpu-encode', 'gpu-ai', 'browser', 'admin'].map((queue) => [queue, 0, 0]),
    );
  });

  it('counts jobs by type and status, and what waits and runs on a queue', async () => {
    const { db, workerId } = api.parts;
    await storeJob(db);
    await storeWaiting();
    const paused = await storeWaiting();
    await recordPaused(db, { jobId: paused.jobId, round: 1, by: 'test' });
    const running = await storeWaiting();
    await registerWorker(db, { id: workerId, host: 'here', processId: 1, role: 'cpu', queues: { cpu: 1 } });
    const attemptId = '00000000-0000-4000-8000-000000000001';
    await openAttempt(db, running.key, { attemptId, workerId, runId: 'run', activityId: '1' });
    const byStatus = { pending: 1, queued: 1, running: 1, paused: 1 };
    const told = await stats();
    expect(told).toMatchObject({ total: 4, byStatus, types: [{ type: 'demo_steps', total: 4, byStatus }] });
    // The step of a paused job has no place in the queue.
    expect(told.queues.find(({ queue }) => queue === 'cpu')).toEqual({
      queue: 'cpu',
      waiting: 1,
      running: 1,
    });
  });

  it('feeds the gauge of /metrics', async () => {
    const { body } = await api.send('GET', '/metrics');
    expect(body).toContain('longplay_jobs{type="demo_steps",status="paused"} 1');
    expect(body).toContain('longplay_scrape_errors{source="jobs"} 0');
  });
});

describe('longplay job stats', () => {
  const run = (...options: string[]): ReturnType<typeof runCli> =>
    runCli(['job', 'stats', ...options], {
      url: api.url,
      environment: { LONGPLAY_TOKEN: api.tokens.viewer },
    });

  it('prints one table of jobs and one of queues', async () => {
    const { status, stdout } = await run();
    expect(status).toBe(0);
    const lines = stdout.split('\n').map((line) => line.trim().split(/ +/));
    expect(lines[0]).toEqual([
      ...['TYPE', 'PENDING', 'QUEUED', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED', 'TOTAL'],
    ]);
    expect(lines[1]).toEqual(['demo_steps', '1', '1', '1', '1', '0', '0', '0', '4']);
    expect(lines[2]).toEqual(['all', '1', '1', '1', '1', '0', '0', '0', '4']);
    expect(lines).toContainEqual(['cpu', '1', '1']);
  });

  it('prints the document with --json', async () => {
    expect(jobStats.parse(JSON.parse((await run('--json')).stdout))).toEqual(await stats());
  });
});
