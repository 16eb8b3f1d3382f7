import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { commitImport, planImport } from '../../../src/store/acquisition/imports.js';
import { openRequest, recordRequestState, restoreRequests } from '../../../src/store/acquisition/requests.js';
import { insertNewJob } from '../../../src/jobs/create.js';
import { recordOutcome } from '../../../src/store/runs.js';
import { createTemporalGateway } from '../../../src/temporal/gateway.js';
import { runCli } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { fingerprint } from '../../support/fingerprint.js';
import { createSend, type Send } from '../../support/send.js';

let api: TestApi;
/** Temporal is not there, so that what is asked for stays as the API stored it. */
let send: Send;

beforeAll(async () => {
  api = await startTestApi();
  const temporal = createTemporalGateway({ address: '127.0.0.1:1', namespace: 'none' });
  const { url } = await api.startAnother({ temporal });
  send = createSend(
    () => url,
    () => api.tokens.operator,
  );
  for (const body of [
    { id: 'books', name: 'Books', root: 'library:Books' },
    { id: 'films', name: 'Films', root: 'library:Films', mediaTypes: ['movie'] },
    { id: 'closed', name: 'Closed', root: 'library:Closed', enabled: false },
  ]) {
    expect((await api.send('POST', '/api/libraries', { body })).status).toBe(201);
  }
});

afterAll(() => api.stop());

const requestSchema = z.looseObject({
  id: z.string(),
  jobId: z.string(),
  libraryId: z.string(),
  state: z.string(),
});

/** A request as the board finds it, without the way through Temporal. */
async function store(
  title: string,
): Promise<{ jobId: string; item: { mediaType: 'audiobook'; title: string } }> {
  const { db, catalogue } = api.parts;
  const item = { mediaType: 'audiobook' as const, title };
  const wish = {
    type: 'request',
    params: { item, libraryId: 'books' },
    createdBy: 'test',
    parentId: undefined,
  };
  return { jobId: (await insertNewJob(db, { catalogue }, wish)).job.id, item };
}

describe('POST /api/requests', () => {
  it('stores what is asked for, for the first library of its kind, and shows it on the board at once', async () => {
    const body = { item: { title: 'Frankenstein', author: 'Mary Shelley' } };
    const asked = await send('POST', '/api/requests', { body });
    const request = requestSchema.parse(asked.body);
    expect(asked).toMatchObject({
      status: 202,
      body: {
        item: { ...body.item, mediaType: 'audiobook' },
        libraryId: 'books',
        state: 'pending',
        createdBy: 'operator',
      },
    });
    expect(asked.headers.get('location')).toBe(`/api/requests/${request.id}`);
    const shown = await send('GET', `/api/requests/${request.id}`);
    expect(shown).toMatchObject({
      status: 200,
      body: { jobId: request.jobId, timeline: [], searches: [], libraryItem: null },
    });
    const board = await send('GET', '/api/requests?state=pending');
    expect(board.body).toMatchObject({ requests: [{ jobId: request.jobId }] });
  });

  it('answers with the open request of the same item, however its name is written and whoever asks (no. 61)', async () => {
    const first = await send('POST', '/api/requests', {
      body: { item: { title: 'Émile', author: 'Rousseau' } },
    });
    const second = await send('POST', '/api/requests', {
      body: { item: { title: ' emile! ', author: 'ROUSSEAU' } },
      token: api.tokens.super_admin,
    });
    expect([first.status, second.status]).toEqual([202, 200]);
    const { jobId } = requestSchema.parse(second.body);
    expect(jobId).toBe(requestSchema.parse(first.body).jobId);
    // Its job has not begun: there is no worker.
    const shown = await send('GET', `/api/requests/${jobId}`);
    expect(shown.body).toMatchObject({ requesters: [{ name: 'operator' }, { name: 'super_admin' }] });
  });

  it('answers a repeat of its key as before, though the library is another by now', async () => {
    const headers = { 'idempotency-key': 'film' };
    const body = { item: { mediaType: 'movie', title: 'Metropolis' } };
    const first = await send('POST', '/api/requests', { body, headers });
    expect(first.body).toMatchObject({ libraryId: 'films' });
    const films = { name: 'Films', root: 'library:Films', mediaTypes: ['movie'], enabled: false };
    expect((await api.send('PUT', '/api/libraries/films', { body: films })).status).toBe(200);
    const again = await send('POST', '/api/requests', { body, headers });
    expect(again.status).toBe(first.status);
    expect(requestSchema.parse(again.body).jobId).toBe(requestSchema.parse(first.body).jobId);
    const other = await send('POST', '/api/requests', { body: { ...body, priority: 1 }, headers });
    expect(other.status).toBe(422);
  });

  it('says what is missing when no library takes such a thing', async () => {
    const body = { item: { mediaType: 'ebook', title: 'Emma' } };
    expect(await send('POST', '/api/requests', { body })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('ebook'), remedy: expect.stringContaining('settings') },
    });
  });

  it.each<[object, string]>([
    [{}, '/item'],
    [{ item: {} }, '/item/title'],
    [{ item: { title: '   ' } }, '/item/title'],
    [{ item: { title: 'x'.repeat(301) } }, '/item/title'],
    [{ item: { title: 'Emma', author: '' } }, '/item/author'],
    [{ item: { title: 'Emma', year: 99_999 } }, '/item/year'],
    [{ item: { title: 'Emma', asin: 'short' } }, '/item/asin'],
    [{ item: { title: 'Emma', isbn: '978-3' } }, '/item/isbn'],
    [{ item: { title: 'Emma', mediaType: 'painting' } }, '/item/mediaType'],
    [{ item: { title: 'Emma', colour: 'red' } }, '/item/colour'],
    [{ item: { title: 'Emma' }, libraryId: 'nowhere' }, '/libraryId'],
    [{ item: { title: 'Emma' }, libraryId: 'closed' }, '/libraryId'],
    [{ item: { title: 'Emma', mediaType: 'movie' }, libraryId: 'books' }, '/libraryId'],
    [{ item: { title: 'Emma' }, priority: 'soon' }, '/priority'],
    [{ item: { title: 'Emma' }, jobId: 'mine' }, '/jobId'],
  ])('refuses %j with a pointer, with or without a key, and stores nothing', async (body, pointer) => {
    const before = await fingerprint(api.parts.db);
    for (const headers of [{}, { 'idempotency-key': 'bad' }]) {
      expect(await send('POST', '/api/requests', { body, headers })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer }], detail: expect.stringMatching(/\w{3}/) },
      });
    }
    expect(await fingerprint(api.parts.db)).toBe(before);
  });
});

describe('GET /api/requests', () => {
  const page = z.object({ requests: z.array(requestSchema), next: z.string().nullable() });

  it('walks the board once, newest first, before and after each job has opened its request', async () => {
    const { db } = api.parts;
    const made: string[] = [];
    for (let number = 0; number < 9; number += 1) {
      const { jobId, item } = await store(`Walk ${number}`);
      made.push(jobId);
      if (number % 2 === 0)
        await openRequest(db, { id: `request-walk-${number}`, jobId, item, libraryId: 'books' });
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await send('GET', `/api/requests?limit=4${cursor}`);
      const { requests, next } = page.parse(body);
      seen.push(...requests.map(({ jobId }) => jobId));
      cursor = next === null ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 9)).toEqual(made.toReversed());
  });

  it('finds a request by its own id and by its job, with its timeline, and by its state', async () => {
    const { db } = api.parts;
    const { jobId, item } = await store('Timeline');
    await openRequest(db, { id: 'request-timeline', jobId, item, libraryId: 'books' });
    await recordRequestState(db, {
      requestId: 'request-timeline',
      state: 'needs_decision',
      actor: 'longplay',
      detail: 'Two are alike',
    });
    for (const id of ['request-timeline', jobId]) {
      expect((await send('GET', `/api/requests/${id}`)).body).toMatchObject({
        ...{ id: 'request-timeline', jobId, state: 'needs_decision', stateDetail: 'Two are alike' },
        timeline: [{ state: 'pending' }, { state: 'needs_decision', detail: 'Two are alike' }],
      });
    }
    const { body } = await send('GET', '/api/requests?state=needs_decision,failed');
    expect(page.parse(body).requests.map(({ jobId: found }) => found)).toEqual([jobId]);
  });

  it('tells how sure its import is: of the filed files, else of what is planned, else nothing', async () => {
    const { db } = api.parts;
    const { jobId, item } = await store('Sure');
    const requestId = await openRequest(db, { id: 'request-sure', jobId, item, libraryId: 'books' });
    const told = async (): Promise<unknown> =>
      z
        .looseObject({ importConfidence: z.unknown() })
        .parse((await send('GET', `/api/requests/${requestId}`)).body).importConfidence;
    const plan = async (by: string, manifest: object): Promise<string> => {
      const own = await store(`Import ${by}`);
      await planImport(db, { jobId: own.jobId, requestId, target: `library:Books/${by}`, manifest });
      return own.jobId;
    };
    expect(await told()).toBeNull();
    const first = await plan('first', { confidence: { percent: 62, why: 'its tags name another' } });
    expect(await told()).toEqual({ percent: 62, why: 'its tags name another' });
    await commitImport(db, { jobId: first, files: [] });
    await plan('second', { confidence: { percent: 90, why: 'not filed yet' } });
    expect(await told()).toEqual({ percent: 62, why: 'its tags name another' });
    const shown = await runCli(['request', 'show', requestId], {
      url: api.url,
      environment: { LONGPLAY_TOKEN: api.tokens.viewer },
    });
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toMatch(/^import +62 % sure: its tags name another$/m);
  });

  it('tells nothing of how sure an import is that was planned before that was told', async () => {
    const { db } = api.parts;
    const { jobId, item } = await store('Of old');
    const requestId = await openRequest(db, { id: 'request-old', jobId, item, libraryId: 'books' });
    await planImport(db, { jobId, requestId, target: 'library:Books/Of old', manifest: { media: [] } });
    expect((await send('GET', `/api/requests/${requestId}`)).body).toMatchObject({ importConfidence: null });
  });

  it.each(['failed', 'cancelled'] as const)(
    'shows a job that %s before it opened its request',
    async (status) => {
      const { jobId } = await store(`Never opened, ${status}`);
      await recordOutcome(api.parts.db, {
        ...{ jobId, round: 1, runId: null, status },
        ...{ result: null, error: null },
      });
      expect((await send('GET', `/api/requests/${jobId}`)).body).toMatchObject({ state: status });
    },
  );

  it.each(['state=lost', 'limit=0', 'cursor=nonsense', 'colour=red'])('refuses ?%s', async (query) => {
    expect((await send('GET', `/api/requests?${query}`)).status).toBe(400);
  });

  it('answers 404 for an unknown request and for a job of another type', async () => {
    const other = await api.parts.db.transaction((tx) =>
      insertNewJob(tx, api.parts, {
        type: 'demo_steps',
        params: { count: 1 },
        createdBy: 'test',
        parentId: undefined,
      }),
    );
    for (const id of ['request-00000000', other.job.id]) {
      expect(await send('GET', `/api/requests/${id}`)).toMatchObject({ status: 404, body: { kind: 'gone' } });
    }
  });
});

describe('a request that an older copy of the database has lost', () => {
  it('is on the board again once its job is known to have ended, once', async () => {
    const { db } = api.parts;
    const { jobId } = await store('The Lost World');
    expect(await restoreRequests(db)).toEqual([]);
    await recordOutcome(db, { jobId, round: 1, runId: 'run', status: 'completed', result: {}, error: null });
    expect(await restoreRequests(db)).toEqual([]);
    await db.query('update jobs set recovered_at = now() where id = $1', [jobId]);
    expect(await restoreRequests(db)).toEqual(['books']);
    expect(await restoreRequests(db)).toEqual([]);
    const { body } = await send('GET', `/api/requests/${jobId}`);
    expect(body).toMatchObject({ id: `req-${jobId.slice(-8)}`, jobId, state: 'available' });
  });
});

const detailIn = (body: unknown): string => z.looseObject({ detail: z.string() }).parse(body).detail;

describe('a decision about a request', () => {
  it('tells an unknown request, a release that no search has, and a Temporal that does not answer apart', async () => {
    const { jobId } = await store('Undecided');
    const unknown = await send('POST', '/api/requests/request-00000000/approve', { body: {} });
    expect(unknown.status).toBe(404);
    const release = { searchId: 'none', candidate: 3 };
    const missing = await send('POST', `/api/requests/${jobId}/select-release`, { body: release });
    expect(missing.status).toBe(400);
    expect(detailIn(missing.body)).toContain('Search "none" has no release no. 3');
    const away = await send('POST', `/api/requests/${jobId}/approve`, { body: { reason: 'why not' } });
    expect(away.status).toBe(503);
    expect(detailIn(away.body)).toContain('it may take effect all the same');
  });

  it('needs to be one: what is sent beside it is refused', async () => {
    const { jobId } = await store('Overdecided');
    const answer = await send('POST', `/api/requests/${jobId}/decide-import`, {
      body: { action: 'perhaps' },
    });
    expect(answer.status).toBe(400);
  });
});

describe('who asks for an item', () => {
  it('is everybody who has asked for it, until they are taken off', async () => {
    const { jobId, item } = await store('Wanted by many');
    const { db } = api.parts;
    const id = await openRequest(db, { id: 'req-many', jobId, item, libraryId: 'books' });
    const again = await send('POST', '/api/requests', { body: { item } });
    expect(again.status).toBe(200);
    const names = async (): Promise<unknown> =>
      z
        .looseObject({ requesters: z.array(z.looseObject({ name: z.string() })) })
        .parse((await send('GET', `/api/requests/${id}`)).body)
        .requesters.map(({ name }) => name);
    expect(await names()).toEqual(['test', 'operator']);
    expect((await send('DELETE', `/api/requests/${id}/requesters/nobody`)).status).toBe(404);
    expect((await send('DELETE', `/api/requests/${id}/requesters/test`)).status).toBe(200);
    expect(await names()).toEqual(['operator']);
    const { rows } = await db.query('select 1 from job_wishes where job_id = $1', [jobId]);
    expect(rows).toEqual([]);
    expect((await send('DELETE', `/api/requests/${id}/requesters/operator`)).status).toBe(200);
    const wishes = await db.query('select kind from job_wishes where job_id = $1', [jobId]);
    expect(wishes.rows).toEqual([{ kind: 'cancel' }]);
  });
});

describe('/api/approval-rules', () => {
  it('says whose requests need approval, and is written by super administrators alone', async () => {
    const rule = { body: { autoApprove: false } };
    expect((await send('PUT', '/api/approval-rules/*', rule)).status).toBe(403);
    const put = await api.send('PUT', '/api/approval-rules/*', rule);
    expect(put).toMatchObject({ status: 200, body: { rules: [{ principal: '*', autoApprove: false }] } });
    await api.send('PUT', '/api/approval-rules/*', { body: { autoApprove: null } });
    expect((await send('GET', '/api/approval-rules')).body).toEqual({ rules: [] });
  });
});
