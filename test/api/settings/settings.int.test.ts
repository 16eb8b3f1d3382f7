import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { insertNewJob } from '../../../src/jobs/create.js';
import { openRequest } from '../../../src/store/acquisition/requests.js';
import { recordOutcome } from '../../../src/store/runs.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { createSend } from '../../support/send.js';

let api: TestApi;
let server: Server | undefined;

beforeAll(async () => {
  api = await startTestApi();
});

afterEach(async () => {
  if (server?.listening === true) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  server = undefined;
});

afterAll(() => api.stop());

/** A contract server: answers as an indexer or a client would. */
async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
}

const KINDS = [
  { at: '/api/indexers', body: { name: 'One', baseUrl: 'http://127.0.0.1:9/api' }, changed: { priority: 7 } },
  {
    at: '/api/download-clients',
    body: { name: 'One', baseUrl: 'http://127.0.0.1:9/jsonrpc' },
    changed: { enabled: false },
  },
  { at: '/api/libraries', body: { name: 'One', root: 'library:One' }, changed: { mediaTypes: ['movie'] } },
] as const;
const WITH_SECRET = KINDS.filter(({ at }) => at !== '/api/libraries');
const identified = z.looseObject({ id: z.string() });

describe.each(KINDS)('$at', ({ at, body, changed }) => {
  it('takes a setting from its creation over a change to its removal, each noted in the audit', async () => {
    const created = await api.send('POST', at, { body: { ...body, name: 'Œuvres Complètes!' } });
    const { id } = identified.parse(created.body);
    expect(created).toMatchObject({ status: 201, body: { name: 'Œuvres Complètes!', enabled: true } });
    expect(created.headers.get('location')).toBe(`${at}/${id}`);
    expect(await api.send('GET', `${at}/${id}`)).toMatchObject({ status: 200, body: created.body });
    const put = await api.send('PUT', `${at}/${id}`, { body: { ...body, name: 'Renamed', ...changed } });
    expect(put).toMatchObject({ status: 200, body: { id, name: 'Renamed', ...changed } });
    expect(JSON.stringify((await api.send('GET', at)).body)).toContain('"Renamed"');
    expect((await api.send('DELETE', `${at}/${id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await api.send(method, `${at}/${id}`)).status).toBe(404);
    expect((await api.send('PUT', `${at}/${id}`, { body })).status).toBe(404);
    expect((await api.send('POST', `${at}/${id}/test`)).status).toBe(404);
    const { rows } = await api.parts.db.query<{ action: string }>(
      `select action from audit where target = $1 order by id desc limit 3`,
      [id],
    );
    const verbs = rows.map(({ action }) => /^[a-z]+/.exec(action)?.[0]);
    expect(verbs).toEqual(['delete', 'put', 'create']);
  });

  it('gives each an id of its own, also to twelve at once, and no name twice', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, number) =>
        api.send('POST', at, {
          body: { ...body, name: `Same  ${' '.repeat(number)}name ${'!'.repeat(number)}` },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const ids = answers.map((answer) => identified.parse(answer.body).id);
    expect(new Set(ids).size).toBe(12);
    const twice = await api.send('POST', at, {
      body: { ...body, name: identified.extend({ name: z.string() }).parse(answers[3]?.body).name },
    });
    expect(twice).toMatchObject({ status: 409, body: { errors: [{ pointer: '/name' }] } });
    const taken = await api.send('POST', at, { body: { ...body, id: ids[0], name: 'Another' } });
    expect(taken).toMatchObject({ status: 409, body: { errors: [{ pointer: '/id' }] } });
    const renamed = await api.send('PUT', `${at}/${ids[0] ?? ''}`, { body: { ...body, name: `Same  name` } });
    expect([200, 409]).toContain(renamed.status);
    await Promise.all(ids.map((id) => api.send('DELETE', `${at}/${id}`)));
  });

  it.each([
    [{}, '/name'],
    [{ ...body, name: '  ' }, '/name'],
    [{ ...body, id: 'Not A Slug' }, '/id'],
    [{ ...body, id: '../etc' }, '/id'],
    [{ ...body, kind: 'unheard-of' }, '/kind'],
    [{ ...body, enabled: 'yes' }, '/enabled'],
    [{ ...body, colour: 'red' }, '/colour'],
  ])('refuses %j', async (wrong, pointer) => {
    const { status, body: told } = await api.send('POST', at, { body: wrong });
    const { errors } = z.looseObject({ errors: z.array(z.object({ pointer: z.string() })) }).parse(told);
    expect({ status, pointers: errors.map((error) => error.pointer) }).toMatchObject({
      status: 400,
      pointers: expect.arrayContaining([pointer]),
    });
  });
});

describe.each(WITH_SECRET)('the secret of $at', ({ at, body }) => {
  const secret = 'k3y-of-somebody';

  it('is write-only, sealed, kept by a change without it, replaced by another and removed by null', async () => {
    const stored = async (): Promise<string | null> => {
      const table = at === '/api/indexers' ? 'indexers' : 'download_clients';
      const { rows } = await api.parts.db.query<{ secret: string | null }>(
        `select secret from ${table} where id = 'sealed'`,
      );
      return rows[0]?.secret ?? null;
    };
    const answers = [await api.send('POST', at, { body: { ...body, id: 'sealed', name: 'Sealed', secret } })];
    expect(api.parts.seal.open((await stored()) ?? '')).toBe(secret);
    answers.push(await api.send('PUT', `${at}/sealed`, { body: { ...body, name: 'Sealed' } }));
    expect(api.parts.seal.open((await stored()) ?? '')).toBe(secret);
    answers.push(
      await api.send('GET', at),
      await api.send('GET', `${at}/sealed`),
      await api.send('POST', `${at}/sealed/test`),
    );
    expect(answers[1]?.body).toMatchObject({ hasSecret: true });
    answers.push(
      await api.send('PUT', `${at}/sealed`, { body: { ...body, name: 'Sealed', secret: `${secret}-2` } }),
    );
    expect(api.parts.seal.open((await stored()) ?? '')).toBe(`${secret}-2`);
    const removed = await api.send('PUT', `${at}/sealed`, {
      body: { ...body, name: 'Sealed', secret: null },
    });
    expect(removed.body).toMatchObject({ hasSecret: false });
    expect(await stored()).toBeNull();
    answers.push(await api.send('GET', '/api/audit'), await api.send('DELETE', `${at}/sealed`));
    expect(JSON.stringify(answers.map((answer) => answer.body)) + api.logged()).not.toContain(secret);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'javascript:alert(1)',
    'http://user:password@127.0.0.1/',
    'http://user@127.0.0.1/',
    'http://127.0.0.1/api?apikey=x',
    'http://127.0.0.1/api?',
    'http://127.0.0.1/#x',
    'http:///',
    'http://127.0.0.1:99999/',
    'nonsense',
    '',
    `http://127.0.0.1/${'x'.repeat(500)}`,
  ])('never stands in an address: %j is refused, stored or tested', async (baseUrl) => {
    for (const path of [at, `${at}/test`]) {
      const { status, body: told } = await api.send('POST', path, {
        body: { ...body, name: 'Hostile', baseUrl },
      });
      expect({ status, told }).toMatchObject({ status: 400, told: { errors: [{ pointer: '/baseUrl' }] } });
      expect(JSON.stringify(told)).not.toContain('password@');
    }
  });
});

const tested = z.object({
  ok: z.boolean(),
  detail: z.string(),
  remedy: z.string().nullable(),
  elapsedMs: z.number(),
});

async function test(at: string, body: object): Promise<z.output<typeof tested>> {
  const answer = await api.send('POST', `${at}/test`, { body });
  expect(answer.status).toBe(200);
  return tested.parse(answer.body);
}

describe('the test of an indexer', () => {
  const CAPS = `<caps><server title="Shelf"/><searching><search available="yes" supportedParams="q"/></searching></caps>`;
  const ask = (baseUrl: string, secret = 'right'): Promise<z.output<typeof tested>> =>
    test('/api/indexers', { name: 'Tried', baseUrl, secret });

  it('tells who answers and what it offers', async () => {
    const url = await serve((_request, response) =>
      response.setHeader('content-type', 'application/xml').end(CAPS),
    );
    expect(await ask(url)).toMatchObject({ ok: true, detail: expect.stringContaining('Shelf') });
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      'a refused key',
      (_request, response) => response.end('<error code="100" description="Invalid API Key right"/>'),
      /100|key/i,
    ],
    ['HTTP 401', (_request, response) => response.writeHead(401).end(), /401.*key/],
    ['another address of the server', (_request, response) => response.writeHead(404).end(), /404/],
    [
      'a web page',
      (_request, response) =>
        response.setHeader('content-type', 'text/html').end('<!doctype html><html></html>'),
      /HTML|page/i,
    ],
    ['broken XML', (_request, response) => response.end('<caps><server'), /XML|format/i],
    [
      'a pause',
      (_request, response) => response.writeHead(429, { 'retry-after': '60' }).end(),
      /429|too many/i,
    ],
  ])('tells %s apart, with what to do, and never quotes the key', async (_name, listener, told) => {
    const result = await ask(await serve(listener));
    expect(result).toMatchObject({
      ok: false,
      detail: expect.stringMatching(told),
      remedy: expect.any(String),
    });
    expect(JSON.stringify(result)).not.toMatch(/\bright\b/);
  });

  it('tells an address where nobody listens', async () => {
    const gone = await serve(() => undefined);
    server?.close();
    expect(await ask(gone)).toMatchObject({
      ...{ ok: false, detail: expect.stringMatching(/^127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED$/) },
      remedy: expect.any(String),
    });
  });
});

describe('the test of a download client', () => {
  it.each<[string, object, RegExp]>([
    [
      'a refused secret',
      { id: 'longplay', error: { code: 1, message: 'Unauthorized' } },
      /refuses the secret/,
    ],
    ['an answer that is none of aria2', { hello: 'world' }, /aria2/],
  ])('tells %s', async (_name, answer, told) => {
    const baseUrl = await serve((_request, response) => response.end(JSON.stringify(answer)));
    const result = await test('/api/download-clients', { name: 'Tried', baseUrl, secret: 's3cret' });
    expect(result).toMatchObject({
      ok: false,
      detail: expect.stringMatching(told),
      remedy: expect.any(String),
    });
  });

  it('tells the version of one that answers', async () => {
    const baseUrl = await serve((_request, response) =>
      response.end(
        JSON.stringify({
          id: 'longplay',
          result: { version: '1.37.0', enabledFeatures: ['BitTorrent'], sessionId: 'abc' },
        }),
      ),
    );
    const result = await test('/api/download-clients', { name: 'Tried', baseUrl });
    expect(result).toMatchObject({ ok: true, detail: 'aria2 1.37.0 answers' });
  });
});

describe('a library', () => {
  const library = { name: 'Shelf', root: 'library:Shelf' };

  it.each([
    [{ root: '/etc' }, '/root'],
    [{ root: 'library:../..' }, '/root'],
    [{ root: 'C:\\Books' }, '/root'],
    [{ root: 'nowhere:Books' }, '/root'],
    [{ pathTemplate: '{nonsense}/{title}' }, '/pathTemplate'],
    [{ pathTemplate: '{title' }, '/pathTemplate'],
    [{ pathTemplate: '{author}' }, '/pathTemplate'],
    [{ pathTemplate: 'Books' }, '/pathTemplate'],
    [{ mediaTypes: [] }, '/mediaTypes'],
    [{ writeTags: 'linked' }, '/writeTags'],
  ])('is not made, changed or tested with %j, by which nothing could be filed', async (wrong, pointer) => {
    const body = { ...library, ...wrong };
    const kept = identified.parse((await api.send('POST', '/api/libraries', { body: library })).body).id;
    const answers = [
      await api.send('POST', '/api/libraries', { body }),
      await api.send('PUT', `/api/libraries/${kept}`, { body }),
      await api.send('POST', '/api/libraries/test', { body }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    await api.send('DELETE', `/api/libraries/${kept}`);
  });

  it('writes tags into copies unless it is told otherwise', async () => {
    const made = await api.send('POST', '/api/libraries', { body: library });
    expect(made.body).toMatchObject({ writeTags: 'copies' });
    const { id } = identified.parse(made.body);
    for (const writeTags of ['always', 'never'])
      expect(
        (await api.send('PUT', `/api/libraries/${id}`, { body: { ...library, writeTags } })).body,
      ).toMatchObject({ writeTags });
    await api.send('DELETE', `/api/libraries/${id}`);
  });

  it('is tested by looking at its folder, in the words of its root', async () => {
    const folder = api.parts.roots.resolve('library:Shelf');
    await rm(folder, { recursive: true, force: true });
    const missing = await test('/api/libraries', library);
    expect(missing).toMatchObject({
      ok: false,
      detail: expect.stringContaining('library:Shelf, got ENOENT'),
    });
    expect(JSON.stringify(missing)).not.toContain(folder);
    await mkdir(api.parts.roots.resolve('library:'), { recursive: true });
    await writeFile(folder, 'a file');
    expect(await test('/api/libraries', library)).toMatchObject({
      ok: false,
      detail: 'library:Shelf is a file, not a folder',
    });
    await rm(folder);
    await mkdir(folder);
    await chmod(folder, 0o755);
    expect(await test('/api/libraries', library)).toMatchObject({ ok: true });
  });

  it('fails its test while another disk, or none, is at its root, until somebody says that it is the right one', async () => {
    const away = { name: 'Away', root: 'library:Away' };
    const folder = api.parts.roots.resolve(away.root);
    await mkdir(folder, { recursive: true });
    const { id } = identified.parse((await api.send('POST', '/api/libraries', { body: away })).body);
    const marked = `/api/libraries/${id}/mark`;
    expect(await api.send('POST', marked)).toMatchObject({ status: 200 });
    expect(await test('/api/libraries', away)).toMatchObject({ ok: true });
    await rm(folder, { recursive: true });
    await mkdir(folder);
    expect(await test('/api/libraries', away)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('its disk is not mounted'),
      remedy: expect.stringContaining('longplay library mark'),
    });
    expect((await api.send('POST', `/api/libraries/${id}/test`)).body).toMatchObject({ ok: false });
    expect(await readdir(folder)).toEqual([]);
    await api.send('POST', marked);
    expect(await test('/api/libraries', away)).toMatchObject({ ok: true });
    await api.send('DELETE', `/api/libraries/${id}`);
    await rm(folder, { recursive: true });
  });

  it('is not removed while a request wants it, begun or not, and may be disabled instead', async () => {
    const { db, catalogue } = api.parts;
    const { id } = identified.parse((await api.send('POST', '/api/libraries', { body: library })).body);
    const refusal = {
      status: 409,
      body: { kind: 'conflict', remedy: expect.stringContaining('Disable it') },
    };
    const params = { item: { mediaType: 'audiobook', title: 'Emma' }, libraryId: id };
    const { job } = await insertNewJob(
      db,
      { catalogue },
      { type: 'request', params, createdBy: 'test', parentId: undefined },
    );
    expect(await api.send('DELETE', `/api/libraries/${id}`)).toMatchObject(refusal);
    await openRequest(db, {
      id: 'request-of-emma',
      jobId: job.id,
      item: { mediaType: 'audiobook', title: 'Emma' },
      libraryId: id,
    });
    await recordOutcome(db, {
      ...{ jobId: job.id, round: 1, runId: null, status: 'failed' },
      ...{ result: null, error: null },
    });
    expect(await api.send('DELETE', `/api/libraries/${id}`)).toMatchObject(refusal);
    const put = await api.send('PUT', `/api/libraries/${id}`, { body: { ...library, enabled: false } });
    expect(put).toMatchObject({ status: 200, body: { enabled: false } });
  });
});

describe('the embedded download client', () => {
  it('is not removed, since the next start would bring it back', async () => {
    await api.parts.db.query(
      `insert into download_clients (id, name, kind, base_url, embedded) values ('aria2', 'aria2', 'aria2', 'http://127.0.0.1:9/jsonrpc', true)`,
    );
    expect(await api.send('DELETE', '/api/download-clients/aria2')).toMatchObject({
      status: 409,
      body: { remedy: expect.stringContaining('Disable it') },
    });
  });
});

describe('two changes at once', () => {
  it('keep a secret that one of them sets, whatever process they reach', async () => {
    const at = '/api/indexers';
    const body = { name: 'Raced', baseUrl: 'http://127.0.0.1:9/api' };
    await api.send('POST', at, { body: { ...body, id: 'raced', secret: 'old' } });
    const other = await api.startAnother();
    const sendOther = createSend(
      () => other.url,
      () => api.tokens.super_admin,
    );
    for (let race = 0; race < 25; race += 1) {
      await Promise.all([
        api.send('PUT', `${at}/raced`, { body: { ...body, secret: `new ${race}` } }),
        sendOther('PUT', `${at}/raced`, { body: { ...body, priority: 3 } }),
      ]);
      const { rows } = await api.parts.db.query<{ secret: string }>(
        `select secret from indexers where id = 'raced'`,
      );
      expect(api.parts.seal.open(rows[0]?.secret ?? '')).toBe(`new ${race}`);
    }
  });
});

describe('POST /api/download-clients/:id/poll', () => {
  it('has the poller called once in five seconds, leaves no audit row, and knows its clients', async () => {
    const called: string[] = [];
    const listener = await api.parts.db.dedicated();
    try {
      listener.on('notification', ({ channel }) => called.push(channel));
      await listener.query('listen longplay_downloads');
      await api.send('POST', '/api/download-clients', {
        body: { id: 'told', name: 'Told', baseUrl: 'http://127.0.0.1:9/jsonrpc' },
      });
      const at = '/api/download-clients/told/poll';
      expect(await api.send('POST', at)).toMatchObject({ status: 202, body: { asked: true } });
      expect(await api.send('POST', at)).toMatchObject({ status: 202, body: { asked: false } });
      // Whatever was sent before it was asked has come by now.
      await listener.query('select 1');
      expect(called).toEqual(['longplay_downloads']);
      expect((await api.send('POST', '/api/download-clients/unknown/poll')).status).toBe(404);
      const { rows } = await api.parts.db.query(`select from audit where action = 'pollDownloadClient'`);
      expect(rows).toHaveLength(0);
    } finally {
      await listener.end();
    }
  });
});
