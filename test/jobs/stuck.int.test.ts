import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { NativeConnection, Worker, bundleWorkflowCode, type WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createActivities } from '../../src/activities/registry.js';
import { createJob } from '../../src/jobs/create.js';
import { sweepSeldom } from '../../src/jobs/sweep.js';
import { listFindings, type FindingRow } from '../../src/store/findings.js';
import { listAttempts } from '../../src/store/waits.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { openLedger } from '../support/open-ledger.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

type Bundle = NonNullable<WorkerOptions['workflowBundle']>;

/** A version that a story was broken in: what it did until its step is as ever. */
const BROKEN = `
export async function demo_steps(job) {
  const { count, everyMs } = job.params;
  await job.steps().countUp({ count, everyMs });
  throw new TypeError('job.params.count is not iterable');
}
export function demo_hang(job) {
  throw new TypeError('job.params is not a function');
}
`;
const inDist = (file: string): string => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));
const silent = (): void => undefined;
const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

let folder: string;
let temporal: OwnTemporal;
let core: TestCore;
let connection: NativeConnection;
let broken: Bundle;

beforeAll(async () => {
  // Within the project, or the bundler does not find the packages.
  folder = await mkdtemp(path.resolve('.cache', 'stuck-'));
  const workflowsPath = path.join(folder, 'broken.js');
  await writeFile(workflowsPath, BROKEN);
  const workflowInterceptorModules = [inDist('workflows/jobs/interceptors.js')];
  broken = await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, logger });
  // A worker lets a task that failed twice time out, which takes 10 s otherwise.
  temporal = await startOwnTemporal(['history.defaultWorkflowTaskTimeout="1s"']);
  core = await startTestCore({ temporal, queues: { io: 5, admin: 4, cpu: 3 } });
  connection = await NativeConnection.connect({ address: temporal.address });
}, 60_000);

afterAll(async () => {
  await connection.close();
  await core.stop();
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A worker for stories of this version, until `stop`. */
async function serve(workflowBundle: Bundle): Promise<{ stop: () => Promise<void> }> {
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: 'workflows',
    workflowBundle,
    activities: await createActivities({ ...core.parts, ledger: openLedger, confirmSoon: () => undefined }),
    enableNonLocalActivities: false,
    stickyQueueScheduleToStartTimeout: 500,
  });
  const done = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await done;
    },
  };
}

async function begin(type: string, params: object): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;
}

async function findingsOf(id: string): Promise<FindingRow[]> {
  return (await listFindings(core.parts.db)).filter(({ subject }) => subject === id);
}

async function untilStuck(id: string): Promise<void> {
  await eventually(async () => {
    await sweepSeldom(core.parts);
    return (await core.view(id)).waitingReason === 'workflow_stuck';
  });
}

const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;

describe('a job whose workflow task fails again and again', () => {
  it('stays open and says why, goes on once a version serves it that can, and is told no more', async () => {
    const bad = await serve(broken);
    const id = await begin('demo_steps', { count: 2, everyMs: 1 });
    const hanging = await begin('demo_hang', {});
    for (const job of [id, hanging]) await untilStuck(job);
    const stuck = await core.view(id);
    expect(stuck).toMatchObject({ status: 'queued', endedAt: null, error: null });
    expect(stuck.sentence).toContain('job.params.count is not iterable');
    expect(await findingsOf(id)).toMatchObject([
      { kind: 'workflow_stuck', message: 'job.params.count is not iterable' },
    ]);
    expect(await findingsOf(hanging)).toMatchObject([{ message: 'job.params is not a function' }]);
    await bad.stop();
    const good = await serve({ codePath: inDist('workflow-bundle.js') });
    const done = await core.until(id, ended);
    expect(done).toMatchObject({ status: 'completed', result: { counted: 2, startedAt: 0 } });
    expect(await listAttempts(core.parts.db, id)).toMatchObject([{ outcome: 'done' }]);
    await core.until(hanging, ({ status }) => status === 'running');
    await eventually(async () => {
      await sweepSeldom(core.parts);
      return (await listFindings(core.parts.db)).length === 0;
    });
    const { rows } = await core.parts.db.query('select from jobs where stuck_error is not null');
    expect(rows).toEqual([]);
    expect(await core.view(hanging)).toMatchObject({ status: 'running', waitingReason: null });
    await temporal.client.workflow.getHandle(hanging).terminate();
    await good.stop();
  });

  it('can be ended by a terminate, and its finding goes with it', async () => {
    const bad = await serve(broken);
    const id = await begin('demo_hang', { label: 'terminated' });
    await untilStuck(id);
    await temporal.client.workflow.getHandle(id).terminate();
    await sweepSeldom(core.parts);
    expect(await core.view(id)).toMatchObject({ status: 'cancelled', waitingReason: null });
    await eventually(async () => {
      await sweepSeldom(core.parts);
      return (await findingsOf(id)).length === 0;
    });
    await bad.stop();
  });
});
