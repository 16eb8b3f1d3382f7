import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { resources } from '../../../src/api/schemas/resource.js';
import { leaseNeeds } from '../../../src/domain/jobs/leases.js';
import { mirrorLeases, removeLeasesOfDeadWorkers } from '../../../src/store/leases.js';
import { recordNoRoom } from '../../../src/store/room.js';
import { claimRound } from '../../../src/store/runs.js';
import { recordStepWaiting } from '../../../src/store/steps.js';
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

const SINCE = new Date('2027-01-02T03:04:05.000Z');
const capacity = leaseNeeds({ vramMb: 16_000, encoderSessions: 3, aiSlots: 1, cpuTokens: 8 });
const card = { processId: 1, role: 'gpu', queues: { 'gpu-encode': 2 }, capacity };
const film = { jobId: 'film', step: 'encodeVideo', queue: 'gpu-encode', since: SINCE };

async function show() {
  const { status, body } = await api.send('GET', '/api/resources', { token: api.tokens.viewer });
  expect({ status, body }).toMatchObject({ status: 200 });
  return resources.parse(body);
}

async function storeWaiting(label: string, vramMb: number): Promise<string> {
  const { db } = api.parts;
  const { id: jobId } = await storeJob(db, { label });
  const key = { jobId, name: 'countUp', occurrence: 1, inputHash: 'x', round: 1, queue: 'gpu-encode' };
  await claimRound(db, { jobId, round: 1, runId: 'run', chain: 'run' });
  await recordStepWaiting(db, key);
  const shortage = { reason: 'vram_busy', detail: `needs ${vramMb} MB of VRAM, 10 free` } as const;
  await recordNoRoom(db, { key, needs: leaseNeeds({ vramMb }), shortage });
  return jobId;
}

const run = async (): Promise<string> =>
  (await runCli(['resources'], { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.viewer } })).stdout;

describe('GET /api/resources and longplay resources', () => {
  it('say that nobody has anything to give', async () => {
    expect(await show()).toEqual({ workers: [], leases: [], holds: [], waiting: [] });
    expect(await run()).toContain('"longplay worker gpu" starts one');
  });

  it('show what there is, who holds it, for whom it is kept and who waits', async () => {
    const { db } = api.parts;
    await registerWorker(db, { ...card, id: 'attic', host: 'attic' });
    await registerWorker(db, { ...card, id: 'gone', host: 'cellar' });
    const needs = leaseNeeds({ vramMb: 4_000, encoderSessions: 1 });
    await mirrorLeases(db, {
      workerId: 'attic',
      leases: [
        { ...film, id: '1', kind: 'lease', needs },
        { ...film, id: '2', kind: 'offer', jobId: 'on its way', needs: leaseNeeds({ vramMb: 1_000 }) },
        { ...film, id: '3', kind: 'hold', jobId: 'big', needs: leaseNeeds({ vramMb: 12_000 }) },
      ],
    });
    await mirrorLeases(db, { workerId: 'gone', leases: [{ ...film, id: '1', kind: 'lease', needs }] });
    await db.query(`update workers set seen_at = now() - interval '13 seconds' where id = 'gone'`);
    const first = await storeWaiting('first', 8_000);
    const paused = await storeWaiting('paused', 9_000);
    await recordPaused(db, { jobId: paused, round: 1, by: 'somebody' });

    const shown = await show();
    expect(shown.workers).toEqual([
      {
        ...{ worker: 'attic', host: 'attic', role: 'gpu', queues: card.queues, capacity },
        quarantine: null,
        used: leaseNeeds({ vramMb: 5_000, encoderSessions: 1 }),
        free: leaseNeeds({ vramMb: 11_000, encoderSessions: 2, aiSlots: 1, cpuTokens: 8 }),
      },
    ]);
    expect(shown.leases.map(({ jobId, state, since }) => [jobId, state, since])).toEqual([
      ['film', 'held', SINCE.toISOString()],
      ['on its way', 'offered', SINCE.toISOString()],
    ]);
    expect(shown.holds.map(({ jobId, worker }) => [jobId, worker])).toEqual([['big', 'attic']]);
    expect(shown.waiting).toMatchObject([
      { jobId: first, step: 'countUp', needs: { vramMb: 8_000 }, detail: 'needs 8000 MB of VRAM, 10 free' },
    ]);

    const printed = await run();
    expect(printed).toMatch(/^attic +attic +5000 of 16000 +1 of 3 +0 of 1 +0 of 8$/m);
    expect(printed).toMatch(/^film +encodeVideo +attic +\S+ +4,000 MB of VRAM, 1 encoder session$/m);
    expect(printed).toMatch(/^big +encodeVideo +attic +\S+ +12,000 MB of VRAM$/m);
    expect(printed).toMatch(new RegExp(`^${first} +5 +\\S+ +needs 8000 MB of VRAM, 10 free$`, 'm'));

    await removeLeasesOfDeadWorkers(db, 12_000);
    const { rows } = await db.query<{ id: string }>('select worker_id as id from resource_leases');
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(['attic']));
  });
});
