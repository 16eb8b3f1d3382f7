import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { recordAccepted, type JobRow } from '../../../src/store/jobs.js';
import { appendLogs } from '../../../src/store/logs.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { changeJob, storeJob } from '../../support/stored-job.js';

let api: TestApi;
const jobs: JobRow[] = [];
const COUNT = 250;

beforeAll(async () => {
  api = await startTestApi();
  for (let number = 0; number < COUNT; number += 1)
    jobs.push(await storeJob(api.parts.db, { label: `walk ${number}` }));
});

afterAll(() => api.stop());

const page = z.object({
  jobs: z.array(z.looseObject({ id: z.string(), status: z.string(), title: z.string() })),
  next: z.string().nullable(),
});

async function list(query: Record<string, string>): Promise<z.output<typeof page>> {
  const { status, body } = await api.send('GET', `/api/jobs?${new URLSearchParams(query).toString()}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return page.parse(body);
}

const ids = ({ jobs: found }: z.output<typeof page>): string[] => found.map(({ id }) => id);

describe('GET /api/jobs', () => {
  it('walks all jobs exactly once, newest first, while new ones are created', async () => {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const found: z.output<typeof page> = await list({
        limit: '7',
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...ids(found));
      cursor = found.next;
      await storeJob(api.parts.db, { label: `meanwhile ${seen.length}` });
    }
    expect(seen).toEqual(jobs.map(({ id }) => id).toReversed());
  });

  it('walks jobs of one transaction, which share their time, exactly once', async () => {
    const { db } = api.parts;
    const made = await db.transaction(async (tx) => {
      const stored: string[] = [];
      for (let number = 0; number < 9; number += 1)
        stored.push((await storeJob(tx, { label: `twin ${number}` })).id);
      return stored;
    });
    const first = await list({ search: 'twin', limit: '4' });
    const second = await list({ search: 'twin', limit: '4', cursor: first.next ?? '' });
    const third = await list({ search: 'twin', limit: '4', cursor: second.next ?? '' });
    expect([first, second, third].flatMap(ids).toSorted()).toEqual(made.toSorted());
    expect(third.next).toBeNull();
  });

  it('filters by status, type, parent, time and words, all at once', async () => {
    const { db } = api.parts;
    const parent = await storeJob(db, { label: 'parent' });
    const child = await storeJob(db, { label: 'child', parentId: parent.id });
    const queued = await storeJob(db, { label: 'accepted' });
    await recordAccepted(db, queued.id, 1);
    expect(ids(await list({ status: 'queued' }))).toEqual([queued.id]);
    expect(ids(await list({ status: 'queued,running', type: 'demo_steps', search: 'ACCEPTED' }))).toEqual([
      queued.id,
    ]);
    expect(ids(await list({ parent: parent.id }))).toEqual([child.id]);
    expect(ids(await list({ search: parent.id.slice(0, -1) }))).toEqual([parent.id]);
    expect(ids(await list({ type: 'request' }))).toEqual([]);
    const time = child.createdAt.toISOString();
    expect(ids(await list({ createdBefore: time, search: 'child' }))).toEqual([]);
    expect(ids(await list({ createdAfter: time, search: 'child' }))).toEqual([child.id]);
  });

  it.each(['100%_done', String.raw`back\slash`, "o'clock; drop table jobs", 'Œuvre 🎧'])(
    'finds the words %j as they stand: nothing in them is a wildcard',
    async (title) => {
      const [exact, other] = [await storeJob(api.parts.db), await storeJob(api.parts.db)];
      await changeJob(api.parts.db, exact.id, `Before ${title} after`);
      await changeJob(api.parts.db, other.id, '1000 done, back or slash');
      expect(ids(await list({ search: title }))).toEqual([exact.id]);
    },
  );

  const cursorOf = (...place: unknown[]): string => Buffer.from(JSON.stringify(place)).toString('base64url');

  it.each([
    ['limit=0', 'query/limit'],
    ['limit=201', 'query/limit'],
    ['limit=1e2', 'query/limit'],
    ['limit=5&limit=6', 'query/limit'],
    ['status=sleeping', 'query/status/0'],
    ['type=nonsense', 'query/type'],
    ['createdAfter=yesterday', 'query/createdAfter'],
    ['colour=red', 'query/colour'],
    ['cursor=', 'query/cursor'],
    ['cursor=nonsense', 'query/cursor'],
    [`cursor=${cursorOf('0000-01-01T00:00:00Z', 'x')}`, 'query/cursor'],
    [`cursor=${cursorOf('2026-01-01T00:00:00Z')}`, 'query/cursor'],
    [`cursor=${cursorOf('2026-01-01T00:00:00Z', 'a\0b')}`, 'query/cursor'],
  ])('refuses ?%s and names %s', async (query, pointer) => {
    const { status, body } = await api.send('GET', `/api/jobs?${query}`);
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it('takes each limit up to 200', async () => {
    expect((await list({ limit: '1' })).jobs).toHaveLength(1);
    expect((await list({ limit: '200' })).jobs).toHaveLength(200);
  });
});

describe('GET /api/jobs/:id', () => {
  it.each([
    ['none-00000000', 404],
    ["' or 1=1", 404],
    ['../types', 404],
    ['Œuvre 🎧', 404],
    ['%', 404],
    ['a\0b', 400],
    ['x'.repeat(201), 400],
  ])('answers the id %j with %i', async (id, status) => {
    for (const part of ['', '/logs', '/attempts', '/events']) {
      const answer = await api.send('GET', `/api/jobs/${encodeURIComponent(id)}${part}`);
      expect({ part, status: answer.status }).toEqual({ part, status });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('answers 400 to a path that is no UTF-8', async () => {
    expect(await api.send('GET', '/api/jobs/%ff')).toMatchObject({
      status: 400,
      body: { kind: 'bad_input' },
    });
  });
});

describe('GET /api/jobs/:id/logs', () => {
  const logs = z.object({
    logs: z.array(z.object({ id: z.number(), message: z.string() })),
    next: z.number(),
  });
  const messages = (found: z.output<typeof logs>): string[] => found.logs.map(({ message }) => message);

  it('pages by the last line told, by level, and says where to go on when there is nothing new', async () => {
    const { db } = api.parts;
    const { id } = await storeJob(db);
    await appendLogs(
      db,
      (['info', 'warn', 'info', 'error', 'info'] as const).map((level, seq) => ({
        ...{ jobId: id, attemptId: null, seq, time: new Date(), level, context: 'countUp' },
        ...{ message: `line ${seq}`, metadata: { seq } },
      })),
    );
    const read = async (query: string): Promise<z.output<typeof logs>> =>
      logs.parse((await api.send('GET', `/api/jobs/${id}/logs?${query}`)).body);
    const first = await read('limit=2');
    const second = await read(`limit=2&after=${first.next}`);
    const third = await read(`after=${second.next}`);
    expect([first, second, third].flatMap(messages)).toEqual([0, 1, 2, 3, 4].map((seq) => `line ${seq}`));
    expect(await read(`after=${third.next}`)).toEqual({ logs: [], next: third.next });
    expect(messages(await read('level=info'))).toEqual(['line 0', 'line 2', 'line 4']);
    expect(messages(await read('level=error'))).toEqual(['line 3']);
  });

  it.each(['limit=1001', 'limit=0', 'after=-1', 'after=x', 'level=debug'])('refuses ?%s', async (query) => {
    const { status } = await api.send('GET', `/api/jobs/${jobs[0]?.id ?? ''}/logs?${query}`);
    expect(status).toBe(400);
  });
});
