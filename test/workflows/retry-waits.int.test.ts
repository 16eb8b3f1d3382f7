import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Runtime, Worker } from '@temporalio/worker';

import { catalogue } from '../../src/catalogue/index.js';
import type { StepArgs } from '../../src/domain/jobs/job-input.js';

const codePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const program = path.resolve('.cache/bin/temporal-test-server');
const silent = (): undefined => undefined;
let env: TestWorkflowEnvironment;

beforeAll(async () => {
  Runtime.install({
    shutdownSignals: [],
    logger: { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent },
  });
  if (!existsSync(program))
    throw new Error('The time-skipping server is missing: run "npm test", which fetches it');
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: program } },
  });
});

afterAll(() => env.teardown());

/**
 * Seconds between the tries: the timers of the history, since a clock read by the step adds what the machine took. The
 * facts answer as a healthy database would; the step fails as it is told.
 */
async function waitsOf(fail: (attempt: number) => ApplicationFailure): Promise<number[]> {
  let tries = 0;
  const nothing = (): Promise<void> => Promise.resolve();
  const activities = {
    claim: () => Promise.resolve({ granted: true, reason: null, paused: false }),
    proposeOutcome: nothing,
    recordStepBackoff: nothing,
    recordStepWaiting: nothing,
    matchItem: (_args: StepArgs): Promise<never> => {
      tries += 1;
      return Promise.reject(fail(tries));
    },
  };
  const shared = { connection: env.nativeConnection, activities };
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: 'workflows', workflowBundle: { codePath } }),
    Worker.create({ ...shared, taskQueue: 'io' }),
    Worker.create({ ...shared, taskQueue: 'admin' }),
  ]);
  const running = workers.map((worker) => worker.run());
  const jobId = `match_library-${String(Math.random()).slice(2, 10)}`;
  const { policy } = catalogue.find('match_library');
  const input = { jobId, type: 'match_library', round: 1, params: {}, policy, priority: 5 };
  await expect(
    env.client.workflow.execute('match_library', {
      workflowId: jobId,
      taskQueue: 'workflows',
      args: [input],
    }),
  ).rejects.toThrow();
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  const { events } = await env.client.workflow.getHandle(jobId).fetchHistory();
  const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) => timer ?? []);
  expect(timers).toHaveLength(tries - 1);
  return timers.map(({ startToFireTimeout }) => Number(startToFireTimeout?.seconds));
}

function failure(kind: string, details: object = {}): ApplicationFailure {
  const message = `a failure of the kind ${kind}`;
  return ApplicationFailure.create({
    message,
    type: kind,
    nonRetryable: true,
    details: [{ kind, message, ...details }],
  });
}

describe('the waits between tries', () => {
  it('are 2, 4 and 8 s in the acquisition pipeline, and the fourth try is the last (no. 79)', async () => {
    expect(await waitsOf(() => failure('transient'))).toEqual([2, 4, 8]);
  });

  it('follow the other side when it asks for a longer pause', async () => {
    const waits = await waitsOf((attempt) =>
      failure('throttled', attempt === 1 ? { retryAfterMs: 3_600_000 } : {}),
    );
    expect(waits).toEqual([3_600, 4, 8]);
  });

  it('use up no try while the surroundings are at fault', async () => {
    const waits = await waitsOf((attempt) =>
      attempt <= 8 ? failure('environment', { waitingReason: 'disk_full' }) : failure('bad_input'),
    );
    expect(waits).toEqual([8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('do not exist for what no repetition helps', async () => {
    expect(await waitsOf(() => failure('credentials'))).toEqual([]);
  });
});
