import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { leaseNeeds } from '../../../src/domain/jobs/leases.js';
import { findJob } from '../../../src/store/jobs.js';
import { registerWorker } from '../../../src/store/workers.js';
import { createTemporalGateway } from '../../../src/temporal/gateway.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { eventually } from '../../support/eventually.js';
import { createSend, type Answer, type Send } from '../../support/send.js';

let core: TestCore;
let api: TestApi;
/** To an API whose Temporal is not there. */
let sendAway: Send;
let labels = 0;

beforeAll(async () => {
  core = await startTestCore();
  api = await startTestApi({ parts: core.parts });
  const temporal = createTemporalGateway({ address: '127.0.0.1:1', namespace: 'none' });
  const { url } = await api.startAnother({ temporal });
  sendAway = createSend(
    () => url,
    () => api.tokens.operator,
  );
});

afterAll(async () => {
  await api.stop();
  await core.stop();
});

const answered = z.looseObject({ id: z.string(), status: z.string() });
const idOf = (body: unknown): string => answered.parse(body).id;

function newBody(params: object = {}): {
  type: string;
  params: { count: number; everyMs: number; label: string };
} {
  labels += 1;
  return { type: 'demo_steps', params: { count: 1, everyMs: 0, label: `created ${labels}`, ...params } };
}

async function countJobs(): Promise<number> {
  const { rows } = await core.parts.db.query<{ count: number }>('select count(*)::int as count from jobs');
  return rows[0]?.count ?? 0;
}

describe('POST /api/jobs', () => {
  it('answers 201 with the job and its address, and the job runs', async () => {
    const body = newBody();
    const { status, headers, body: job } = await api.send('POST', '/api/jobs', { body });
    expect(status).toBe(201);
    expect(job).toMatchObject({
      type: 'demo_steps',
      params: body.params,
      createdBy: 'super_admin',
      round: 1,
    });
    expect(headers.get('location')).toBe(`/api/jobs/${idOf(job)}`);
    await core.until(idOf(job), ({ status: now }) => now === 'completed');
  });

  it('answers 200 with the open job that equals it', async () => {
    const body = newBody({ count: 500, everyMs: 20 });
    const first = await api.send('POST', '/api/jobs', { body });
    const again = await api.send('POST', '/api/jobs', { body, token: api.tokens.operator });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(idOf(again.body)).toBe(idOf(first.body));
    await api.send('POST', `/api/jobs/${idOf(first.body)}/cancel`);
    await core.until(idOf(first.body), ({ status }) => status === 'cancelled');
  });

  it('answers 202 while Temporal is away, and the job starts by itself when it is back', async () => {
    const { status, body } = await sendAway('POST', '/api/jobs', { body: newBody() });
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'pending', waitingReason: 'temporal_unavailable' });
    // The core's own Temporal was never away: its sweeper takes what is pending for more than 5 s.
    await core.until(idOf(body), ({ status: now }) => now === 'completed', 30_000);
  });

  it('takes a priority by its name and a bound of the tries', async () => {
    const { body } = await api.send('POST', '/api/jobs', {
      body: { ...newBody(), priority: 'high', maxRetries: 0 },
    });
    expect(body).toMatchObject({ priority: 2 });
  });

  describe('with other needs than those of its type', () => {
    const asked = (overrides: object): Promise<Answer> => {
      labels += 1;
      const params = { vramMb: 4_000, holdMs: 0, label: `needs ${labels}` };
      return api.send('POST', '/api/jobs', { body: { type: 'demo_lease', params, ...overrides } });
    };

    it('moves the work of the GPU to the CPU, for all its rounds', async () => {
      const { status, body } = await asked({ resourceCategory: 'cpu' });
      expect(status).toBe(201);
      await core.until(idOf(body), (view) => view.status === 'completed');
      const attempts = await api.send('GET', `/api/jobs/${idOf(body)}/attempts`);
      expect(attempts.body).toMatchObject({ attempts: [{ queue: 'cpu' }] });
    });

    it('needs more VRAM, and never more than the card has', async () => {
      const capacity = leaseNeeds({ vramMb: 16_000 });
      const worker = { host: 'here', processId: 1, role: 'gpu', queues: { 'gpu-encode': 2 }, capacity };
      await registerWorker(core.parts.db, { ...worker, id: 'card' });
      const { status, body } = await asked({ vramRequired: 16_000 });
      expect(status).toBe(201);
      const job = await findJob(core.parts.db, idOf(body));
      expect(job?.policy).toMatchObject({ steps: { holdRoom: { needs: { vramMb: 16_000 } } } });
      await api.send('POST', `/api/jobs/${idOf(body)}/cancel`);
      await core.until(idOf(body), (view) => view.status === 'cancelled');
    });

    it.each([
      [{ vramRequired: 16_001 }, 'expected at most the 16,000 MB of VRAM of the card'],
      [{ vramRequired: 3_999 }, 'expected at least the 4,000 MB of VRAM that the type needs'],
      [{ vramRequired: 5_000, resourceCategory: 'cpu' }, 'nothing of it runs on a GPU'],
      [{ resourceCategory: 'gpu_ai' }, 'no step of this type runs on gpu_ai'],
      [{ resourceCategory: 'fpga' }, 'resourceCategory'],
    ])('refuses %j with a sentence, and stores nothing', async (overrides, sentence) => {
      const before = await countJobs();
      const { status, body } = await asked(overrides);
      expect({ status, text: JSON.stringify(body) }).toEqual({
        status: 400,
        text: expect.stringContaining(sentence),
      });
      expect(await countJobs()).toBe(before);
    });
  });
});

describe('the Idempotency-Key', () => {
  it('gives the same answer for the same body, its names in whatever order', async () => {
    const headers = { 'idempotency-key': 'same' };
    const { type, params } = newBody();
    const first = await api.send('POST', '/api/jobs', { body: { type, params }, headers });
    await core.until(idOf(first.body), ({ status }) => status === 'completed');
    const turned = { params: Object.fromEntries(Object.entries(params).toReversed()), type };
    const again = await api.send('POST', '/api/jobs', { body: turned, headers });
    // The job has ended meanwhile: without the key this would be a second one.
    expect(again).toMatchObject({ status: 201, body: first.body });
  });

  it('refuses another body, and frees the key of a body that was refused', async () => {
    const headers = { 'idempotency-key': 'other' };
    const body = newBody();
    expect((await api.send('POST', '/api/jobs', { body: newBody({ count: 0 }), headers })).status).toBe(400);
    expect((await api.send('POST', '/api/jobs', { body, headers })).status).toBe(201);
    const other = await api.send('POST', '/api/jobs', { body: { ...body, priority: 1 }, headers });
    expect(other).toMatchObject({ status: 422, body: { kind: 'unprocessable' } });
  });

  it('belongs to its principal', async () => {
    const headers = { 'idempotency-key': 'mine' };
    const mine = await api.send('POST', '/api/jobs', { body: newBody(), headers });
    const yours = await api.send('POST', '/api/jobs', {
      body: newBody(),
      headers,
      token: api.tokens.operator,
    });
    expect([mine.status, yours.status]).toEqual([201, 201]);
    expect(idOf(yours.body)).not.toBe(idOf(mine.body));
  });

  it('answers 409 while the first is still being handled', async () => {
    const headers = { 'idempotency-key': 'slow' };
    const body = newBody();
    const { db } = core.parts;
    const held = await db.dedicated();
    try {
      await held.query('begin');
      await held.query('lock table jobs in share mode');
      const first = api.send('POST', '/api/jobs', { body, headers });
      await eventually(
        async () => (await db.query(`select from idempotency_keys where key = 'slow'`)).rowCount === 1,
      );
      const second = await api.send('POST', '/api/jobs', { body, headers });
      expect(second).toMatchObject({ status: 409, body: { kind: 'conflict' } });
      expect(second.headers.get('retry-after')).toBe('1');
      await held.query('commit');
      expect((await first).status).toBe(201);
    } finally {
      await held.end();
    }
  });

  it('makes one job of two equal requests at once, fifty times, whatever process they reach', async () => {
    const other = await api.startAnother();
    const sendOther = createSend(
      () => other.url,
      () => api.tokens.super_admin,
    );
    for (let race = 0; race < 50; race += 1) {
      const before = await countJobs();
      const options = { body: newBody(), headers: { 'idempotency-key': `race-${race}` } };
      const answers = await Promise.all([
        api.send('POST', '/api/jobs', options),
        sendOther('POST', '/api/jobs', options),
      ]);
      expect(await countJobs()).toBe(before + 1);
      const taken = answers.filter(({ status }) => status !== 409);
      expect(taken.length).toBeGreaterThanOrEqual(1);
      expect(new Set(taken.map(({ body }) => idOf(body))).size).toBe(1);
    }
  });

  it('makes no second job when the process dies between the row and the answer', async () => {
    const headers = { 'idempotency-key': 'died' };
    const body = newBody();
    // Temporal is away, so the first answer is written with the row and never overtaken: as after a crash there.
    const first = await sendAway('POST', '/api/jobs', { body, headers });
    const again = await sendAway('POST', '/api/jobs', { body, headers });
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(idOf(again.body)).toBe(idOf(first.body));
  });

  it('may be used again a minute after its process died before the row', async () => {
    const { db } = core.parts;
    const headers = { 'idempotency-key': 'abandoned' };
    const body = newBody();
    const first = await api.send('POST', '/api/jobs', { body, headers });
    // The state that such a crash leaves: the key is reserved, no job, no answer.
    await core.until(idOf(first.body), ({ status }) => status === 'completed');
    await db.query(
      `update idempotency_keys set response_status = null, response_body = null where key = 'abandoned'`,
    );
    expect((await api.send('POST', '/api/jobs', { body, headers })).status).toBe(409);
    await db.query(
      `update idempotency_keys set created_at = now() - interval '61 seconds' where key = 'abandoned'`,
    );
    const retaken = await api.send('POST', '/api/jobs', { body, headers });
    expect(retaken.status).toBe(201);
    expect(idOf(retaken.body)).not.toBe(idOf(first.body));
  });
});

describe('steering', () => {
  const wishes = ['pause', 'resume', 'cancel', 'retry-now'] as const;

  it.each([...wishes, 'retry'])('answers 404 to %s of a job that nobody knows', async (wish) => {
    expect(await api.send('POST', `/api/jobs/none-00000000/${wish}`)).toMatchObject({
      status: 404,
      body: { kind: 'gone', detail: expect.stringContaining('none-00000000') },
    });
  });

  it('answers 409 to each wish for a job that has ended, and takes a retry', async () => {
    const { body } = await api.send('POST', '/api/jobs', { body: newBody() });
    await core.until(idOf(body), ({ status }) => status === 'completed');
    const before = await core.view(idOf(body));
    for (const wish of wishes) {
      expect(await api.send('POST', `/api/jobs/${idOf(body)}/${wish}`)).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining('completed'), remedy: expect.any(String) },
      });
    }
    const priority = { body: { priority: 1 } };
    expect((await api.send('PUT', `/api/jobs/${idOf(body)}/priority`, priority)).status).toBe(409);
    expect((await core.view(idOf(body))).version).toBe(before.version);
    const retried = await api.send('POST', `/api/jobs/${idOf(body)}/retry`);
    expect(retried).toMatchObject({ status: 202, body: { round: 2 } });
    await core.until(idOf(body), ({ status, round }) => status === 'completed' && round === 2);
  });

  it('answers 202 with what is wished until it is true, and 409 to a retry of an open job', async () => {
    const { body } = await api.send('POST', '/api/jobs', { body: newBody({ count: 1_000, everyMs: 20 }) });
    const id = idOf(body);
    await core.until(id, ({ status }) => status === 'running');
    const paused = await api.send('POST', `/api/jobs/${id}/pause`, { token: api.tokens.operator });
    expect(paused.status).toBe(202);
    expect(answered.parse(paused.body)).toMatchObject(
      // Either may come first: the answer or the pause.
      answered.parse(paused.body).status === 'paused' ? { requested: null } : { requested: 'pause' },
    );
    expect(await core.until(id, ({ status }) => status === 'paused')).toMatchObject({ pausedBy: 'operator' });
    expect((await api.send('POST', `/api/jobs/${id}/retry`)).status).toBe(409);
    expect((await api.send('POST', `/api/jobs/${id}/cancel`)).status).toBe(202);
    await core.until(id, ({ status }) => status === 'cancelled');
    const { rows } = await core.parts.db.query(
      `select actor, action, target from audit where target = $1 order by id`,
      [id],
    );
    expect(rows).toEqual([
      { actor: 'super_admin', action: 'createJob', target: id },
      { actor: 'operator', action: 'pauseJob', target: id },
      { actor: 'super_admin', action: 'cancelJob', target: id },
    ]);
  });

  it('keeps a wish that is made while Temporal is away', async () => {
    const { body } = await api.send('POST', '/api/jobs', { body: newBody({ count: 1_000, everyMs: 20 }) });
    const id = idOf(body);
    await core.until(id, ({ status }) => status === 'running');
    const wishing = sendAway('POST', `/api/jobs/${id}/cancel`);
    // Before it has given up on Temporal, the wish is told; the sweeper of the core, which has Temporal, sends it.
    await core.until(id, ({ requested, status }) => requested === 'cancel' || status === 'cancelled');
    expect((await wishing).status).toBe(202);
    await core.until(id, ({ status: now }) => now === 'cancelled', 30_000);
  });
});
