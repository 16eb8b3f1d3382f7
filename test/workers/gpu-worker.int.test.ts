import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { listLeases, listLedgers } from '../../src/store/leases.js';
import { listAttempts } from '../../src/store/waits.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { testTemporal } from '../support/servers.js';
import { startProcess, type StartedProcess } from '../support/service.js';

let core: TestCore;
let folder: string;
const started: StartedProcess[] = [];

beforeAll(async () => {
  core = await startTestCore();
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-gpu-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

afterAll(async () => {
  await core.stop();
  await rm(folder, { recursive: true, force: true });
});

async function startGpu(...options: string[]): Promise<StartedProcess> {
  const { address, namespace } = testTemporal();
  const process = await startProcess(folder, {
    command: ['worker', 'gpu', ...options],
    ready: /(The worker gpu is ready)/,
    environment: {
      DATABASE_URL: core.databaseUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      LONGPLAY_SECRET_KEY: 'test',
      LONGPLAY_VRAM_MB: '8000',
    },
  });
  started.push(process);
  return process;
}

async function begin(label: string, params: object): Promise<string> {
  const wish = { type: 'demo_lease', params: { ...params, label }, createdBy: 'test' };
  return (await createJob(core.parts, wish)).job.id;
}

const leasesOf = async (id: string) =>
  (await listLeases(core.parts.db)).filter(({ jobId, kind }) => jobId === id && kind === 'lease');

describe('a worker that owns the GPU', () => {
  it('is the only one of its host, device and queue', async () => {
    await startGpu('--queue', 'gpu-encode');
    await expect(startGpu()).rejects.toThrow(
      /has another owner for the queue gpu-encode[^]*LONGPLAY_GPU_DEVICE/,
    );
    await startGpu('--queue', 'gpu-ai');
    const served = (await listLedgers(core.parts.db)).filter(({ role }) => role === 'gpu');
    expect(served.map(({ queues }) => queues)).toEqual([{ 'gpu-encode': 2 }, { 'gpu-ai': 1 }]);
    expect(served.map(({ capacity }) => capacity.aiSlots)).toEqual([0, 1]);
  });

  it('takes all that it holds with it when it is killed; the next one serves who waited (D4)', async () => {
    const first = await startGpu();
    const holder = await begin('holder', { vramMb: 8_000, holdMs: 20_000 });
    await core.until(holder, ({ status }) => status === 'running');
    await eventually(async () => (await leasesOf(holder)).length === 1);
    const waiting = await begin('waiting', { vramMb: 8_000, holdMs: 200 });
    await core.until(waiting, ({ waitingReason }) => waitingReason === 'vram_busy');

    await first.kill();
    started.splice(0);
    const dead = (await listAttempts(core.parts.db, holder))[0];
    await eventually(async () => (await leasesOf(holder)).length === 0, { withinMs: 25_000 });
    await startGpu();
    await core.until(holder, ({ status }) => status === 'running', 30_000);
    await eventually(async () => (await leasesOf(holder)).length === 1);
    await core.parts.temporal.cancel(holder);
    await core.until(waiting, ({ status }) => status === 'completed', 30_000);
    const attempts = await listAttempts(core.parts.db, holder);
    expect(attempts.find(({ id }) => id === dead?.id)).toMatchObject({ outcome: 'lost' });
    await eventually(async () => (await listLeases(core.parts.db)).length === 0);
  });
});
