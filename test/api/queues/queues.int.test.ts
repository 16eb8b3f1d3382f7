import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { queueLine, queueList } from '../../../src/api/schemas/queue.js';
import { claimRound } from '../../../src/store/runs.js';
import { openAttempt, recordStepWaiting } from '../../../src/store/steps.js';
import { recordPaused } from '../../../src/store/waits.js';
import { recordWorkerStopped, registerWorker } from '../../../src/store/workers.js';
import { createTemporalGateway } from '../../../src/temporal/gateway.js';
import { runCli, type Ran } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { createSend, type Answer } from '../../support/send.js';
import { storeJob } from '../../support/stored-job.js';

let api: TestApi;

// No worker runs here: the queue that is paused is one that no test of another file waits for.
beforeAll(async () => {
  api = await startTestApi();
});

afterEach(async () => {
  await api.send('POST', '/api/queues/gpu-ai/resume');
  await api.parts.db.query('delete from jobs');
});

afterAll(() => api.stop());

const post = (address: string, body?: unknown): Promise<Answer> =>
  api.send('POST', address, { token: api.tokens.operator, ...(body === undefined ? {} : { body }) });

async function show(queue: string): Promise<z.output<typeof queueLine>> {
  const { status, body } = await api.send('GET', `/api/queues/${queue}`, { token: api.tokens.viewer });
  expect({ status, body }).toMatchObject({ status: 200 });
  return queueLine.parse(body);
}

type Key = Parameters<typeof recordStepWaiting>[1];

async function storeWaiting(label: string, priority = 5): Promise<Key> {
  const { db } = api.parts;
  const { id: jobId } = await storeJob(db, { label });
  const key = { jobId, name: 'countUp', occurrence: 1, inputHash: 'x', round: 1, queue: 'gpu-ai' };
  await db.query('update jobs set priority = $2 where id = $1', [jobId, priority]);
  await claimRound(db, { jobId, round: 1, runId: 'run', chain: 'run' });
  await recordStepWaiting(db, key);
  return key;
}

describe('GET /api/queues', () => {
  it('lists every queue with its slots over the workers that are alive', async () => {
    const { db } = api.parts;
    const worker = { host: 'here', processId: 1, role: 'gpu' };
    await registerWorker(db, { ...worker, id: 'one', queues: { 'gpu-ai': 1, 'gpu-encode': 2 } });
    await registerWorker(db, { ...worker, id: 'two', queues: { 'gpu-encode': 3 } });
    await registerWorker(db, { ...worker, id: 'gone', queues: { 'gpu-encode': 9 } });
    await recordWorkerStopped(db, 'gone');
    const { body } = await api.send('GET', '/api/queues', { token: api.tokens.viewer });
    const { queues } = queueList.parse(body);
    expect(queues.map(({ queue, pausable, slots, workers }) => [queue, pausable, slots, workers])).toEqual([
      ['workflows', false, 0, 0],
      ['io', true, 0, 0],
      ['cpu', true, 0, 0],
      ['gpu-encode', true, 5, 2],
      ['gpu-ai', true, 1, 1],
      ['browser', true, 0, 0],
      ['admin', false, 0, 0],
    ]);
  });
});

describe('GET /api/queues/:name', () => {
  it('shows what runs, what waits, and the line in its order, as each job says of itself', async () => {
    const { db, workerId } = api.parts;
    await registerWorker(db, {
      ...{ id: workerId, host: 'here', processId: 1, role: 'gpu', queues: { 'gpu-ai': 1 } },
    });
    const running = await storeWaiting('runs');
    const attemptId = '00000000-0000-4000-8000-000000000001';
    await openAttempt(db, running, { attemptId, workerId, runId: 'run', activityId: '1' });
    const [low, high, normal] = [
      await storeWaiting('low', 9),
      await storeWaiting('high', 1),
      await storeWaiting('normal'),
    ];
    const paused = await storeWaiting('paused', 1);
    await recordPaused(db, { jobId: paused.jobId, round: 1, by: 'test' });
    const line = await show('gpu-ai');
    expect(line).toMatchObject({ running: 1, waiting: 3, paused: null, requested: null });
    expect(line.steps).toMatchObject([
      { position: 1, jobId: high.jobId, priority: 1, step: 'countUp', title: 'Count to 1 (high)' },
      { position: 2, jobId: normal.jobId, priority: 5 },
      { position: 3, jobId: low.jobId, priority: 9 },
    ]);
    expect(line.oldestSince).toBe(line.steps[2]?.since);
    // A wait for a slot is told once it lasts 1 s: make it so.
    await db.query(`update job_steps set waiting_since = waiting_since - interval '2 seconds'`);
    for (const { jobId, position } of line.steps) {
      const { body } = await api.send('GET', `/api/jobs/${jobId}`);
      expect(body).toMatchObject({ queuePosition: position, waitingReason: 'slots_busy' });
    }
  });

  it('shows the first 50 of a longer line', async () => {
    for (let number = 0; number < 52; number += 1) await storeWaiting(`no. ${number}`);
    const { waiting, steps } = await show('gpu-ai');
    expect([waiting, steps.length, steps.at(-1)?.position]).toEqual([52, 50, 50]);
  });

  it.each([
    ['nonsense', 404],
    ['a\0b', 400],
    ['x'.repeat(101), 400],
  ])('answers the name %j with %i', async (name, status) => {
    const at = `/api/queues/${encodeURIComponent(name)}`;
    for (const answer of [await api.send('GET', at), await post(`${at}/pause`), await post(`${at}/resume`)])
      expect(answer.status).toBe(status);
  });

  it('names the queues to who asked for another', async () => {
    const { body } = await api.send('GET', '/api/queues/nonsense');
    expect(body).toMatchObject({ remedy: expect.stringContaining('gpu-encode') });
  });
});

describe('POST /api/queues/:name/pause and /resume', () => {
  it('tell by whom, since when and why, at the queue and at each job that waits', async () => {
    const { jobId } = await storeWaiting('waits');
    const paused = await post('/api/queues/gpu-ai/pause', { reason: 'new driver' });
    expect(paused).toMatchObject({
      status: 202,
      body: { paused: { by: 'operator', reason: 'new driver' }, requested: null, waiting: 1 },
    });
    const { body: waiting } = await api.send('GET', `/api/jobs/${jobId}`);
    expect(waiting).toMatchObject({
      waitingReason: 'queue_paused',
      sentence: 'waits because its queue is paused (gpu-ai: new driver)',
    });
    const { body: entries } = await api.send('GET', '/api/audit?limit=1');
    expect(entries).toMatchObject({
      audit: [{ action: 'pauseQueue', target: 'gpu-ai', detail: { reason: 'new driver' } }],
    });
    expect(await post('/api/queues/gpu-ai/resume')).toMatchObject({
      status: 202,
      body: { paused: null, requested: null },
    });
    const { body: free } = await api.send('GET', `/api/jobs/${jobId}`);
    expect(free).not.toMatchObject({ waitingReason: 'queue_paused' });
  });

  it('change nothing when repeated; a later reason replaces an earlier one', async () => {
    const first = queueLine.parse((await post('/api/queues/gpu-ai/pause', { reason: 'one' })).body);
    const again = await api.send('POST', '/api/queues/gpu-ai/pause', { body: {} });
    expect(queueLine.parse(again.body).paused).toEqual(first.paused);
    const other = await api.send('POST', '/api/queues/gpu-ai/pause', { body: { reason: 'two' } });
    expect(queueLine.parse(other.body).paused).toEqual({ ...first.paused, reason: 'two' });
    await post('/api/queues/gpu-ai/resume');
    const resumed = await post('/api/queues/gpu-ai/resume');
    expect(resumed).toMatchObject({ status: 202, body: { paused: null } });
  });

  it.each([
    ['workflows', 'every job needs it'],
    ['admin', 'while all else stands still'],
  ])('refuse the queue %s with the reason', async (queue, words) => {
    for (const verb of ['pause', 'resume']) {
      const answer = await post(`/api/queues/${queue}/${verb}`, {});
      expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining(words) } });
    }
    expect((await show(queue)).paused).toBeNull();
  });

  it.each([
    [{ reason: '' }, '/reason'],
    [{ reason: ' ' }, '/reason'],
    [{ reason: 'x'.repeat(201) }, '/reason'],
    [{ reason: 5 }, '/reason'],
    [{ colour: 'red' }, '/colour'],
  ])('refuse the body %j and name %s', async (body, pointer) => {
    const answer = await post('/api/queues/gpu-ai/pause', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect((await show('gpu-ai')).paused).toBeNull();
  });

  it('answer at once while Temporal is away, and the row stands', async () => {
    const temporal = createTemporalGateway({ address: '127.0.0.1:5', namespace: 'none' });
    const away = await api.startAnother({ temporal });
    const send = createSend(
      () => away.url,
      () => api.tokens.operator,
    );
    const begun = performance.now();
    const answer = await send('POST', '/api/queues/gpu-ai/pause', { body: {} });
    expect(performance.now() - begun).toBeLessThan(2_500);
    expect(answer).toMatchObject({
      status: 202,
      body: { paused: { by: 'operator' }, requested: 'pause' },
    });
    await temporal.close();
  });

  it('tell who waits for a short step of the queue io, which has no line', async () => {
    const { db } = api.parts;
    const worker = { id: 'core', host: 'here', processId: 1, role: 'core', queues: { workflows: 1, io: 1 } };
    await registerWorker(db, worker);
    const { id: jobId } = await storeJob(db);
    await claimRound(db, { jobId, round: 1, runId: 'run', chain: 'run' });
    // In the row alone: tests of other files need this queue.
    await db.query(
      `insert into queues (name, paused_at, paused_by, applied_at) values ('io', now(), 'test', now())`,
    );
    const { body } = await api.send('GET', `/api/jobs/${jobId}`);
    expect(body).toMatchObject({ waitingReason: 'queue_paused', sentence: expect.stringContaining('(io)') });
  });
});

describe('longplay queue', () => {
  const run = (...argv: string[]): Promise<Ran> =>
    runCli(['queue', ...argv], { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.operator } });

  it('pauses, shows and resumes', async () => {
    const { jobId } = await storeWaiting('waits');
    const paused = await run('pause', 'gpu-ai', '--reason', 'new driver');
    expect(paused.status).toBe(0);
    expect(paused.stdout).toMatch(/state +paused by operator \S+: new driver/);
    expect((await run('list')).stdout).toMatch(/^gpu-ai .+ paused by operator \S+: new driver$/m);
    const shown = await run('show', 'gpu-ai');
    expect(shown.stdout).toMatch(new RegExp(`^ 1  ${jobId} +5 +\\S+ +Count to 1 \\(waits\\)$`, 'm'));
    const resumed = await run('resume', 'gpu-ai', '--json');
    expect(queueLine.parse(JSON.parse(resumed.stdout))).toMatchObject({ paused: null, waiting: 1 });
  });

  it('says which queues there are, and why one cannot be paused', async () => {
    const unknown = await run('show', 'nonsense');
    expect(unknown.status).toBe(4);
    expect(unknown.stderr).toContain('The queues are workflows, io, cpu');
    const refused = await run('pause', 'workflows');
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain('The queue workflows cannot be paused: every job needs it');
  });
});
