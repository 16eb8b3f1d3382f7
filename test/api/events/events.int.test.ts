import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { recordAccepted, touchJob } from '../../../src/store/jobs.js';
import { appendLogs } from '../../../src/store/logs.js';
import { recordOutcome } from '../../../src/store/runs.js';
import { createToken } from '../../../src/store/tokens.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { openEvents, type EventReader, type ReadEvent } from '../../support/event-reader.js';
import { eventually } from '../../support/eventually.js';
import { changeJob, storeJob } from '../../support/stored-job.js';

let api: TestApi;
let otherUrl: string;
const readers: EventReader[] = [];

beforeAll(async () => {
  api = await startTestApi();
  otherUrl = (await api.startAnother()).url;
});

afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.leave()));
});

afterAll(() => api.stop());

async function open(
  path: string,
  options: { url?: string; lastEventId?: string; headers?: Record<string, string> } = {},
): Promise<EventReader> {
  const { url = api.url, headers = { authorization: `Bearer ${api.tokens.viewer}` }, ...resume } = options;
  const reader = await openEvents(url + path, { headers, ...resume });
  readers.push(reader);
  return reader;
}

const shown = z.object({
  id: z.string(),
  title: z.string().optional(),
  status: z.string(),
  version: z.number(),
});
const jobIn = ({ data }: ReadEvent): z.output<typeof shown> => shown.parse(data);
const tells =
  (name: string, id: string) =>
  (event: ReadEvent): boolean =>
    event.name === name && jobIn(event).id === id;
const titles = (reader: EventReader): (string | undefined)[] =>
  reader.events.filter(({ name }) => name === 'job').map((event) => jobIn(event).title);

describe('GET /api/events', () => {
  it('begins with a snapshot and tells each later change once, in the order of its commits', async () => {
    const { db } = api.parts;
    const { id } = await storeJob(db);
    const reader = await open('/api/events?limit=1');
    const snapshot = await reader.until(() => true);
    expect(snapshot).toMatchObject({ name: 'snapshot', data: { jobs: [{ id }] } });
    for (const title of ['one', 'two', 'three']) {
      const from = reader.events.length;
      await changeJob(db, id, title);
      await reader.until(tells('job', id), from);
    }
    expect(titles(reader)).toEqual(['one', 'two', 'three']);
    const versions = reader.events.slice(1).map((event) => jobIn(event).version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(reader.events.map(({ id: cursor }) => cursor)).size).toBe(reader.events.length);
  });

  it('loses nothing when transactions commit out of order', async () => {
    const { db } = api.parts;
    const [slow, quick] = [await storeJob(db), await storeJob(db)];
    const reader = await open('/api/events');
    await reader.until(({ name }) => name === 'snapshot');
    const held = await db.dedicated();
    try {
      await held.query('begin');
      await held.query(`update jobs set title = 'slow' where id = $1`, [slow.id]);
      await held.query('select touch_job($1)', [slow.id]);
      // Begun later, committed earlier: a cursor of plain numbers would now stand behind the other.
      await changeJob(db, quick.id, 'quick');
      const other = await open('/api/events', { url: otherUrl });
      await other.until(({ name }) => name === 'snapshot');
      await held.query('commit');
      for (const each of [reader, other]) {
        expect(jobIn(await each.until(tells('job', slow.id))).title).toBe('slow');
      }
      expect(jobIn(await reader.until(tells('job', quick.id))).title).toBe('quick');
    } finally {
      await held.end();
    }
  });

  it('goes on at another process from Last-Event-ID, without a snapshot, a loss or a repetition', async () => {
    const { db } = api.parts;
    const jobs = [await storeJob(db), await storeJob(db), await storeJob(db)];
    const first = await open('/api/events');
    await first.until(({ name }) => name === 'snapshot');
    await changeJob(db, jobs[0]?.id ?? '', 'seen');
    const seen = await first.until(tells('job', jobs[0]?.id ?? ''));
    await first.leave();
    // One transaction changes them all: they share its number, and the cursor names the job too.
    await db.transaction(async (tx) => {
      for (const { id } of jobs) await touchJob(tx, id);
    });
    const next = await open('/api/events', { url: otherUrl, lastEventId: seen.id });
    const told = await next.until(() => true);
    expect(told.name).toBe('job');
    await next.until(() => next.events.length === jobs.length);
    await next.leave();
    const middle = next.events[0]?.id ?? '';
    const last = await open('/api/events', { lastEventId: middle });
    await last.until(() => last.events.length === jobs.length - 1);
    const ids = [...next.events.slice(0, 1), ...last.events].map((event) => jobIn(event).id);
    expect(ids.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
  });

  it.each(['nonsense', '99999999999999999999-demo_steps-00000000', '-1', '1-x~'])(
    'begins anew for %j, which is no cursor of this database',
    async (lastEventId) => {
      const reader = await open('/api/events?limit=1', { lastEventId });
      expect((await reader.until(() => true)).name).toBe('snapshot');
    },
  );

  it('tells that a job has left the filter, and nothing of jobs of other types', async () => {
    const { db } = api.parts;
    const { id } = await storeJob(db, { label: 'leaving' });
    const reader = await open('/api/events?status=pending&type=demo_steps&search=leaving');
    const others = await open('/api/events?type=request');
    expect(await reader.until(() => true)).toMatchObject({ data: { jobs: [{ id }] } });
    await others.until(({ name }) => name === 'snapshot');
    await recordAccepted(db, id, 1);
    const left = await reader.until(tells('left', id));
    expect(left.data).toEqual({ id, status: 'queued', version: expect.any(Number) });
    expect(others.events).toHaveLength(1);
  });

  it('does not tell again what the snapshot shows', async () => {
    const { db } = api.parts;
    const held = await db.dedicated();
    try {
      await held.query('begin');
      await held.query('select pg_current_xact_id()');
      // Committed, but behind the held transaction's number: in the snapshot and after the cursor.
      const { id } = await storeJob(db, { label: 'shown once' });
      const reader = await open('/api/events?search=shown once');
      expect(await reader.until(() => true)).toMatchObject({ data: { jobs: [{ id }] } });
      await held.query('commit');
      await changeJob(db, id, 'shown once, changed');
      await reader.until(tells('job', id));
      expect(titles(reader)).toEqual(['shown once, changed']);
    } finally {
      await held.end();
    }
  });

  it.each(['/api/events?type=nonsense', '/api/events?status=sleeping', '/api/events?limit=0'])(
    'answers a problem document instead of a stream to %s',
    async (path) => {
      const { status, headers } = await api.send('GET', path);
      expect(status).toBe(400);
      expect(headers.get('content-type')).toContain('application/problem+json');
    },
  );
});

describe('GET /api/jobs/:id/events', () => {
  it('answers 404 for an unknown job before a stream opens', async () => {
    const { status, headers } = await api.send('GET', '/api/jobs/none-00000000/events');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it('tells one job only, and ends with its terminal row', async () => {
    const { db } = api.parts;
    const [{ id }, other] = [await storeJob(db), await storeJob(db)];
    const reader = await open(`/api/jobs/${id}/events`);
    expect(await reader.until(() => true)).toMatchObject({ name: 'snapshot', data: { job: { id } } });
    await changeJob(db, other.id, 'not told');
    await recordOutcome(db, {
      ...{ jobId: id, round: 1, runId: null, status: 'completed' },
      ...{ result: { counted: 1 }, error: null },
    });
    await reader.ended;
    expect(reader.events.at(-1)).toMatchObject({
      name: 'end',
      data: { id, status: 'completed', result: { counted: 1 }, endedAt: expect.any(String) },
    });
    expect(reader.events.slice(1).every((event) => jobIn(event).id === id)).toBe(true);
  });

  it('tells every log line once, in order, before the end: more than a page of them, and none twice', async () => {
    const { db } = api.parts;
    const { id } = await storeJob(db);
    const append = (from: number, to: number): Promise<void> =>
      appendLogs(
        db,
        Array.from({ length: to - from }, (_, at) => ({
          ...{ jobId: id, attemptId: null, seq: from + at, time: new Date(), level: 'info' as const },
          ...{ context: 'countUp', message: `line ${from + at}`, metadata: null },
        })),
      );
    await append(0, 2_600);
    const reader = await open(`/api/jobs/${id}/events?logs=1`);
    const line = z.object({ message: z.string() });
    const lines = (): string[] =>
      reader.events.filter(({ name }) => name === 'log').map(({ data }) => line.parse(data).message);
    await eventually(() => lines().length === 2_600);
    await append(2_600, 2_610);
    await recordOutcome(db, {
      ...{ jobId: id, round: 1, runId: null, status: 'failed', result: null },
      error: { kind: 'transient', message: 'Told to fail' },
    });
    await reader.ended;
    expect(lines()).toEqual(Array.from({ length: 2_610 }, (_, at) => `line ${at}`));
    expect(reader.events.at(-1)?.name).toBe('end');
    const middle = reader.events.findIndex(({ data }) => JSON.stringify(data).includes('"line 1000"'));
    const resumed = await open(`/api/jobs/${id}/events?logs=1`, {
      url: otherUrl,
      lastEventId: reader.events[middle]?.id ?? '',
    });
    await resumed.ended;
    const next = resumed.events.find(({ name }) => name === 'log');
    expect(next?.data).toMatchObject({ message: 'line 1001' });
  });
});

describe('the log-in of a stream', () => {
  const session = z.object({ csrfToken: z.string() });

  async function logIn(): Promise<{ cookie: string; csrf: string }> {
    const { headers, body } = await api.send('POST', '/api/session', {
      body: { token: api.tokens.viewer },
      token: null,
    });
    return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', csrf: session.parse(body).csrfToken };
  }

  it('ends the stream at once when it is logged out, also one of another process', async () => {
    const { cookie, csrf } = await logIn();
    const stays = await open('/api/events');
    const streams = [
      await open('/api/events', { headers: { cookie } }),
      await open('/api/events', { headers: { cookie }, url: otherUrl }),
    ];
    await Promise.all(streams.map((reader) => reader.until(({ name }) => name === 'snapshot')));
    const { status } = await api.send('DELETE', '/api/session', {
      token: null,
      headers: { cookie, 'x-csrf-token': csrf },
    });
    expect(status).toBe(204);
    for (const reader of streams) expect(await reader.ended).toMatch(/: closed: the log-in is over\n\n$/);
    const { id } = await storeJob(api.parts.db);
    await stays.until(tells('job', id));
  });

  it('ends the stream when its token is revoked, and those of the sessions made with it', async () => {
    const { id, secret } = await createToken(api.parts.db, { name: 'x', role: 'viewer', createdBy: 'test' });
    const opened = await api.send('POST', '/api/session', { body: { token: secret }, token: null });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const streams = [
      await open('/api/events', { headers: { authorization: `Bearer ${secret}` } }),
      await open('/api/events', { headers: { cookie } }),
    ];
    expect((await api.send('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    for (const reader of streams) expect(await reader.ended).toContain('the log-in is over');
  });
});

describe('a process that stops', () => {
  it('ends its streams with a word, and is gone', async () => {
    const leaving = await api.startAnother();
    const reader = await open('/api/events', { url: leaving.url });
    await reader.until(({ name }) => name === 'snapshot');
    await leaving.close();
    expect(await reader.ended).toMatch(/: closed: this process stops; connect again\n\n$/);
    await expect(fetch(`${leaving.url}/healthz`)).rejects.toThrow('fetch failed');
  });
});
