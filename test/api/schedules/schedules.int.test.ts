import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { firingPage, schedulePage, scheduleView, triggered } from '../../../src/api/schemas/schedule.js';
import { createTemporalGateway } from '../../../src/temporal/gateway.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { fingerprint } from '../../support/fingerprint.js';
import { removeAllSchedules } from '../../support/schedules.js';
import { createSend } from '../../support/send.js';

let api: TestApi;
let number = 0;

beforeAll(async () => {
  api = await startTestApi();
});

afterEach(() => removeAllSchedules(api.parts));

afterAll(() => api.stop());

function body(changed: object = {}): Record<string, unknown> {
  number += 1;
  const label = `no. ${number}`;
  return {
    name: `Schedule ${label}`,
    type: 'demo_steps',
    params: { count: 1, label },
    cron: '0 0 1 1 *',
    ...changed,
  };
}

async function add(changed: object = {}): Promise<z.output<typeof scheduleView>> {
  const answer = await api.send('POST', '/api/schedules', { body: body(changed) });
  expect(answer.status).toBe(201);
  return scheduleView.parse(answer.body);
}

describe('/api/schedules', () => {
  it('adds, shows, lists, replaces and removes', async () => {
    const answer = await api.send('POST', '/api/schedules', {
      body: body({ id: 'nightly', cron: ' 30  3 * * * ', timezone: 'Europe/Berlin', priority: 'low' }),
    });
    expect(answer).toMatchObject({ status: 201, body: { id: 'nightly', cron: '30 3 * * *', priority: 9 } });
    expect(answer.headers.get('location')).toBe('/api/schedules/nightly');
    const shown = await api.send('GET', '/api/schedules/nightly');
    expect(scheduleView.parse(shown.body)).toMatchObject({
      ...{ enabled: true, applied: true, createdBy: 'super_admin', catchupWindowMs: 600_000, jitterMs: 0 },
      ...{ maxRetries: null, everyMs: null, lastFiring: null, version: 1 },
    });
    const list = schedulePage.parse((await api.send('GET', '/api/schedules')).body);
    expect(list.schedules).toEqual([shown.body]);
    const replaced = await api.send('PUT', '/api/schedules/nightly', {
      body: body({ cron: null, everyMs: 10_000 }),
    });
    expect(replaced).toMatchObject({
      ...{ status: 200, body: { everyMs: 10_000, cron: null, priority: null, timezone: 'UTC', version: 2 } },
    });
    expect((await api.send('DELETE', '/api/schedules/nightly')).status).toBe(204);
    expect((await api.send('DELETE', '/api/schedules/nightly')).status).toBe(404);
    const { rows } = await api.parts.db.query<{ action: string }>(
      `select action from audit where target = 'nightly' order by id`,
    );
    expect(rows.map(({ action }) => action)).toEqual(['createSchedule', 'putSchedule', 'deleteSchedule']);
  });

  it('gives an id of its own, and takes an alias for its type', async () => {
    const params = { libraryId: 'library' };
    const { id, type } = await add({ type: 'scan_plex', params });
    expect(id).toMatch(/^schedule-[0-9a-z]{8}$/);
    expect(type).toBe('library_scan');
  });

  it('goes through its pages', async () => {
    const added = [await add(), await add(), await add()].map(({ id }) => id);
    const first = schedulePage.parse((await api.send('GET', '/api/schedules?limit=2')).body);
    const rest = schedulePage.parse(
      (await api.send('GET', `/api/schedules?limit=2&cursor=${first.next}`)).body,
    );
    expect([...first.schedules, ...rest.schedules].map(({ id }) => id)).toEqual(added.toReversed());
    expect(rest.next).toBeNull();
  });

  it('enables and disables, and tells no next run while disabled', async () => {
    const { id } = await add({ enabled: false });
    const enabled = await api.send('POST', `/api/schedules/${id}/enable`, { token: api.tokens.operator });
    expect(enabled).toMatchObject({
      status: 200,
      body: { enabled: true, nextAt: expect.stringContaining('-01-01T') },
    });
    const disabled = await api.send('POST', `/api/schedules/${id}/disable`, { token: api.tokens.operator });
    expect(disabled).toMatchObject({ status: 200, body: { enabled: false, nextAt: null, applied: true } });
  });

  it('makes the job now, then tells of the equal one that is open, and lists both firings', async () => {
    const { id } = await add({ enabled: false });
    const trigger = () => api.send('POST', `/api/schedules/${id}/trigger`, { token: api.tokens.operator });
    const made = await trigger();
    expect(made).toMatchObject({ status: 201, body: { outcome: 'created', job: { createdBy: 'operator' } } });
    const { job } = triggered.parse(made.body);
    expect(made.headers.get('location')).toBe(`/api/jobs/${job.id}`);
    expect(await trigger()).toMatchObject({ status: 200, body: { outcome: 'skipped', job: { id: job.id } } });
    const page = async (query: string): Promise<z.output<typeof firingPage>> =>
      firingPage.parse((await api.send('GET', `/api/schedules/${id}/firings?${query}`)).body);
    const newest = await page('limit=1');
    expect(newest.firings).toMatchObject([
      { outcome: 'skipped', skippedJobId: job.id, jobId: null, kind: 'manual' },
    ]);
    const older = await page(`limit=1&cursor=${newest.next}`);
    expect(older).toMatchObject({
      firings: [{ outcome: 'created', jobId: job.id, madeBy: 'operator' }],
      next: null,
    });
    expect(scheduleView.parse((await api.send('GET', `/api/schedules/${id}`)).body).lastFiring).toEqual(
      newest.firings[0],
    );
    await api.send('POST', `/api/jobs/${job.id}/cancel`);
  });

  it('makes one job for one Idempotency-Key, however often and at once it is sent', async () => {
    const { id } = await add();
    const trigger = (key: string, schedule = id) =>
      api.send('POST', `/api/schedules/${schedule}/trigger`, { headers: { 'idempotency-key': key } });
    const answers = await Promise.all([1, 2, 3].map(() => trigger('evening')));
    for (const { status } of answers) expect([201, 202, 409]).toContain(status);
    const { body } = await trigger('evening');
    const { job, outcome } = triggered.parse(body);
    expect(outcome).toBe('created');
    await api.send('POST', `/api/jobs/${job.id}/cancel`);
    expect(triggered.parse((await trigger('evening')).body)).toMatchObject({ outcome, job: { id: job.id } });
    expect((await trigger('evening', (await add()).id)).status).toBe(422);
    expect((await trigger('two words')).status).toBe(400);
    const { firings } = firingPage.parse((await api.send('GET', `/api/schedules/${id}/firings`)).body);
    expect(firings).toMatchObject([{ outcome: 'created', jobId: job.id }]);
  });

  it('says why a trigger can make no job, and keeps that as a firing', async () => {
    const { id } = await add();
    await api.parts.db.query(`update schedules set params = '{"count": 0}' where id = $1`, [id]);
    expect(await api.send('POST', `/api/schedules/${id}/trigger`)).toMatchObject({
      status: 409,
      body: {
        detail: expect.stringContaining('count'),
        remedy: expect.stringContaining('Edit the schedule'),
      },
    });
    const { body: firings } = await api.send('GET', `/api/schedules/${id}/firings`);
    expect(firings).toMatchObject({
      firings: [{ outcome: 'refused', detail: expect.stringContaining('count') }],
    });
  });

  it.each(['id', 'name'])('refuses a taken %s with 409', async (field) => {
    const taken = await add({ id: 'first', name: 'First' });
    const answer = await api.send('POST', '/api/schedules', {
      body: body({ [field]: taken[field as 'id'] }),
    });
    expect(answer).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(`the ${field} "`) },
    });
    const other = await add();
    const renamed = await api.send('PUT', `/api/schedules/${other.id}`, { body: body({ name: 'First' }) });
    expect(renamed.status).toBe(409);
  });

  it('stores and answers 202 while Temporal is away', async () => {
    const temporal = createTemporalGateway({ address: '127.0.0.1:1', namespace: 'none' });
    const { url } = await api.startAnother({ temporal });
    const send = createSend(
      () => url,
      () => api.tokens.super_admin,
    );
    const answer = await send('POST', '/api/schedules', { body: body({ id: 'later' }) });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        id: 'later',
        applied: false,
        applyError: expect.stringContaining('Temporal'),
        nextAt: expect.any(String),
      },
    });
    await temporal.close();
  }, 30_000);
});

describe('a schedule that is wrong', () => {
  it.each([
    ['no type', { type: undefined }, '/type'],
    ['an unknown type', { type: 'nonsense' }, '/type'],
    ['params of the wrong kind', { params: { count: 'many' } }, '/params/count'],
    ['no time at all', { cron: null }, '/cron'],
    ['two times', { everyMs: 60_000 }, '/cron'],
    ['seconds in cron', { cron: '0 0 0 1 1 *' }, '/cron'],
    ['a last day in cron', { cron: '0 0 L * *' }, '/cron'],
    ['a time that never comes', { cron: '0 0 31 2 *' }, '/cron'],
    ['a time zone that is none', { timezone: 'Mars/Olympus' }, '/timezone'],
    ['an interval below 10 s', { cron: null, everyMs: 9_000 }, '/everyMs'],
    ['an interval of parts of seconds', { cron: null, everyMs: 10_500 }, '/everyMs'],
    ['a jitter below nothing', { jitterMs: -1_000 }, '/jitterMs'],
    ['no time to catch up', { catchupWindowMs: 0 }, '/catchupWindowMs'],
    ['a priority of 11', { priority: 11 }, '/priority'],
    ['eleven retries', { maxRetries: 11 }, '/maxRetries'],
    ['an id with capitals', { id: 'Nightly' }, '/id'],
    ['an empty name', { name: ' ' }, '/name'],
    ['a field that nobody knows', { colour: 'red' }, '/colour'],
  ])('with %s is refused, points at it, and stores nothing', async (_what, changed, pointer) => {
    const before = await fingerprint(api.parts.db);
    const answer = await api.send('POST', '/api/schedules', { body: body(changed) });
    expect(answer).toMatchObject({ status: 400, body: { kind: 'bad_input' } });
    const { errors } = z
      .looseObject({ errors: z.array(z.looseObject({ pointer: z.string() })) })
      .parse(answer.body);
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
    expect(await fingerprint(api.parts.db)).toBe(before);
  });

  it('is refused in an edit too, and the schedule stays as it was', async () => {
    const added = await add();
    const before = await fingerprint(api.parts.db);
    for (const changed of [{ cron: '61 * * * *' }, { type: 'nonsense' }, { enabled: true }]) {
      const answer = await api.send('PUT', `/api/schedules/${added.id}`, { body: body(changed) });
      expect(answer.status).toBe(400);
    }
    expect(await fingerprint(api.parts.db)).toBe(before);
  });

  it('of a demo type is taken only where such are offered', async () => {
    const { url } = await api.startAnother({ demoJobs: false });
    const send = createSend(
      () => url,
      () => api.tokens.super_admin,
    );
    const answer = await send('POST', '/api/schedules', { body: body() });
    expect(answer).toMatchObject({
      status: 400,
      body: { remedy: expect.stringContaining('LONGPLAY_DEMO_JOBS') },
    });
  });
});
