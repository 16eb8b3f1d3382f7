import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { eventually } from '../support/eventually.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { startProcess, startService, type ServiceProcess, type StartedProcess } from '../support/service.js';

const attempts = z.object({
  attempts: z.array(z.object({ worker: z.string(), outcome: z.string().nullable() })),
});
const job = z.object({
  id: z.string(),
  status: z.string(),
  waitingReason: z.string().nullable(),
  progress: z.number(),
  result: z.object({ counted: z.number(), startedAt: z.number() }).nullable(),
});
type Job = z.output<typeof job>;

let folder: string;
let database: TestDatabase;
let temporal: OwnTemporal;
let environment: Record<string, string>;
let api: ServiceProcess;
const workers: StartedProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-apart-'));
  database = await createTestDatabase();
  temporal = await startOwnTemporal();
  environment = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    LONGPLAY_SECRET_KEY: 'one key for all machines',
    LONGPLAY_SHUTDOWN_GRACE_MS: '200',
  };
  api = await startService(path.join(folder, 'api'), { command: ['api'], environment });
  await startWorker('core');
}, 60_000);

afterEach(async () => {
  for (const worker of workers.splice(1)) await worker.stop();
});

afterAll(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  await api.stop();
  await temporal.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Each with a data folder of its own, as on a host of its own. */
async function startWorker(role: 'core' | 'cpu'): Promise<StartedProcess> {
  const dataFolder = path.join(folder, `${role}-${workers.length}`);
  const ready = /The worker (\S+) is ready/;
  const worker = await startProcess(dataFolder, { command: ['worker', role], environment, ready });
  workers.push(worker);
  return worker;
}

function getJob(id: string): Promise<Job> {
  return api.client.send({ path: `/api/jobs/${id}`, answer: job });
}

async function count(label: string): Promise<string> {
  const body = { type: 'demo_steps', params: { count: 60, everyMs: 50, label } };
  return (await api.client.send({ method: 'POST', path: '/api/jobs', body, answer: job })).id;
}

const until = (id: string, met: (job: Job) => boolean): Promise<void> =>
  eventually(async () => met(await getJob(id)), { withinMs: 40_000, everyMs: 100 });

async function outcomesOf(id: string): Promise<(string | null)[]> {
  const found = await api.client.send({ path: `/api/jobs/${id}/attempts`, answer: attempts });
  return found.attempts.map(({ outcome }) => outcome);
}

describe('API and workers apart, on servers of the house', () => {
  it('wait for a worker of the queue, and say so', async () => {
    const id = await count('waits for a worker');
    await until(id, ({ waitingReason }) => waitingReason === 'no_worker');
    await startWorker('cpu');
    await until(id, ({ status }) => status === 'completed');
    expect(await outcomesOf(id)).toEqual(['done']);
  }, 90_000);

  it('go on from the checkpoint on the next worker, whether the first was stopped or killed', async () => {
    const first = await startWorker('cpu');
    const id = await count('moves twice');
    await until(id, ({ progress }) => progress > 0.2);
    expect(await first.stop()).toBe(0);
    await until(id, ({ status }) => status === 'queued');

    const second = await startWorker('cpu');
    await until(id, ({ progress }) => progress > 0.5);
    await second.kill();
    await startWorker('cpu');
    await until(id, ({ status }) => status === 'completed');
    expect(await outcomesOf(id)).toEqual(['interrupted', 'lost', 'done']);
    const { result } = await getJob(id);
    expect(result?.startedAt).toBeGreaterThan(30);
  }, 120_000);
});
