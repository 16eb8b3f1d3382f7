import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import type { ArrKind } from '../../../src/domain/moving-in/arr.js';
import { listDownloadClients } from '../../../src/store/acquisition/download-clients.js';
import { listIndexers } from '../../../src/store/acquisition/indexers.js';
import { listLibraries } from '../../../src/store/acquisition/libraries.js';
import { upsertItems } from '../../../src/store/acquisition/library-items.js';
import { runCli, type Ran } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { startArrContractServer, type ArrServer } from '../../support/arr-contract-server.js';
import { stageArr } from '../../support/arr-contents.js';

const KEY = 's3cretapikey0123456789abcdef0123';
const GIVEN = 'a-given-tracker-key';
const MAPS = [
  { remote: '/data/tv', logical: 'library:TV' },
  { remote: '/data/movies', logical: 'library:Films' },
  { remote: '/data/books', logical: 'library:Books' },
  { remote: '/data/downloads', logical: 'downloads:' },
];

const result = z.object({
  items: z.array(
    z.looseObject({ id: z.string(), part: z.string(), action: z.string(), outcome: z.string().nullable() }),
  ),
  counts: z.object({
    ...{ toDo: z.int(), done: z.int(), failed: z.int(), existing: z.int(), asking: z.int(), left: z.int() },
  }),
});

let api: TestApi;
let server: ArrServer;

beforeAll(async () => {
  api = await startTestApi();
});

afterEach(async () => {
  await server.close();
  await api.parts.db.query('truncate jobs, indexers, download_clients, libraries cascade');
});

afterAll(() => api.stop());

async function start(kind: ArrKind, own: { episodes?: number } = {}): Promise<ArrServer> {
  server = await startArrContractServer({ kind, apiKey: KEY, ...stageArr(kind, own) });
  return server;
}

function send(kind: ArrKind, own: object = {}) {
  const body = { url: server.url, apiKey: KEY, pathMappings: MAPS, ...own };
  return api.send('POST', `/api/imports/${kind}`, { body });
}

async function run(kind: ArrKind, own: object = {}): Promise<z.output<typeof result>> {
  const answer = await send(kind, own);
  expect(answer).toMatchObject({ status: 200 });
  expect(JSON.stringify(answer.body)).not.toMatch(/s3cretapikey|told-usenet-key|a-given-tracker-key/);
  return result.parse(answer.body);
}

async function counts(): Promise<number[]> {
  const { db } = api.parts;
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from jobs where type = 'request'`,
  );
  const lists = await Promise.all([listIndexers(db), listDownloadClients(db), listLibraries(db)]);
  return [...lists.map((list) => list.length), rows[0]?.n ?? 0];
}

describe('an import from Sonarr', () => {
  it('shows its plan first and changes nothing', async () => {
    await start('sonarr');
    const plan = await run('sonarr');
    expect(plan.items.map(({ id, action, outcome }) => [id, action, outcome])).toEqual([
      ['indexer:Tracker', 'add', 'planned'],
      ['indexer:Usenet', 'add', 'planned'],
      ['indexer:Odd one', 'leave', null],
      ['client:qB', 'add', 'planned'],
      ['client:Watch folder', 'leave', null],
      ['library:/data/tv', 'add', 'planned'],
      ['mapping:/remote/downloads/ at qb.lan', 'add', 'planned'],
      ['request:A Series S01E01', 'add', 'planned'],
      ['request:A Series S01E02', 'add', 'planned'],
      ['request:A Series S01E03', 'add', 'planned'],
      ['other:quality profiles', 'leave', null],
      ['other:import lists', 'leave', null],
      ['other:connections', 'leave', null],
      ['other:tags', 'leave', null],
    ]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
  });

  it('adds all that it can, and a second run adds nothing', async () => {
    await start('sonarr');
    expect((await run('sonarr', { dryRun: false })).counts).toMatchObject({ done: 8, failed: 0 });
    const { db } = api.parts;
    expect(await listIndexers(db)).toMatchObject([
      {
        name: 'Tracker',
        priority: 3,
        enabled: false,
        secret: null,
        categories: [5030, 5040],
        seedRatio: 1.5,
      },
      { name: 'Usenet', kind: 'newznab', priority: 50, enabled: false, secret: expect.any(String) },
    ]);
    expect(await listDownloadClients(db)).toMatchObject([
      {
        ...{
          name: 'qB',
          baseUrl: 'http://qb.lan:8081/qb',
          category: 'tv',
          username: 'admin',
          enabled: false,
        },
        pathMappings: [{ remote: '/remote/downloads/', logical: 'downloads:' }],
      },
    ]);
    expect(await listLibraries(db)).toMatchObject([
      { name: 'tv', root: 'library:TV', mediaTypes: ['episode'] },
    ]);
    const before = await counts();
    expect(before).toEqual([2, 1, 1, 3]);
    const again = await run('sonarr', { dryRun: false });
    expect(again.counts).toMatchObject({ toDo: 0, done: 0, failed: 0, existing: 8 });
    expect(await counts()).toEqual(before);
  });

  it('takes what the program hides with a later run, and enables it then', async () => {
    await start('sonarr');
    await run('sonarr', { dryRun: false, parts: ['indexers'] });
    const secrets = { 'indexer:Tracker': GIVEN };
    const later = await run('sonarr', { dryRun: false, parts: ['indexers'], secrets });
    expect(later.items[0]).toMatchObject({ action: 'change', outcome: 'done' });
    const [tracker] = await listIndexers(api.parts.db);
    expect(tracker).toMatchObject({ enabled: true });
    expect(api.parts.seal.open(tracker?.secret ?? '')).toBe(GIVEN);
  });

  it('asks where a folder is that Longplay does not see, and imports the rest', async () => {
    await start('sonarr');
    const plan = await run('sonarr', { dryRun: false, pathMappings: [] });
    const asking = plan.items.filter(({ action }) => action === 'ask');
    expect(asking.map(({ part }) => part)).toEqual([
      'libraries',
      'pathMappings',
      'requests',
      'requests',
      'requests',
    ]);
    expect(asking[0]).toMatchObject({ remedy: expect.stringContaining('--map "/data/tv=library:"') });
    expect(await counts()).toEqual([2, 1, 0, 0]);
  });

  it('tells each failure by itself, with what to do', async () => {
    await start('sonarr');
    const plan = await run('sonarr', { dryRun: false, parts: ['pathMappings', 'requests'] });
    expect(plan.counts).toMatchObject({ done: 0, failed: 4 });
    for (const item of plan.items)
      expect(item).toMatchObject({
        outcome: 'failed',
        detail: expect.any(String),
        remedy: expect.any(String),
      });
  });

  it('takes a thousand wanted items a run, and says that there are more', async () => {
    await start('sonarr', { episodes: 1_003 });
    const plan = await run('sonarr', { parts: ['requests'], pathMappings: MAPS });
    expect(plan.counts).toMatchObject({ toDo: 1_000, asking: 1 });
    expect(plan.items.at(-1)).toMatchObject({ detail: '3 more are wanted than one run takes' });
  });
});

describe('the imports from the others', () => {
  it.each<[ArrKind, number[]]>([
    ['radarr', [2, 1, 1, 1]],
    ['readarr', [2, 1, 1, 1]],
    ['prowlarr', [2, 1, 0, 0]],
  ])('add from %s, once', async (kind, expected) => {
    await start(kind);
    await run(kind, { dryRun: false });
    expect(await counts()).toEqual(expected);
    expect((await run(kind, { dryRun: false })).counts).toMatchObject({ done: 0, failed: 0, toDo: 0 });
    expect(await counts()).toEqual(expected);
  });
});

describe('what a library has by now', () => {
  it('is told as there already, and nothing is asked for', async () => {
    await start('radarr');
    await run('radarr', { dryRun: false, parts: ['libraries'] });
    const { db } = api.parts;
    const [library] = await listLibraries(db);
    const item = {
      ...{ id: 'item-1', path: 'The Matrix', mediaType: 'movie', title: 'The Matrix', tmdbId: 603 },
      ...{ author: null, narrator: null, year: null, asin: null, isbn: null },
      ...{ durationSeconds: null, sizeBytes: 1, files: [] },
    };
    await upsertItems(db, { libraryId: library?.id ?? '', scanId: 'scan', items: [item] });
    const done = await run('radarr', { dryRun: false, parts: ['requests'] });
    expect(done.items).toMatchObject([{ action: 'exists', outcome: null }]);
    expect(done.items[0]?.['detail']).toContain('as library:Films/The Matrix (it bears the same id)');
    expect(done.counts).toMatchObject({ done: 0, failed: 0, existing: 1 });
    expect((await counts()).at(-1)).toBe(0);
  });
});

describe('the import operation', () => {
  it.each([
    [{ url: 'http://user:pass@host' }, '/url'],
    [{ url: 'sonarr' }, '/url'],
    [{ apiKey: '' }, '/apiKey'],
    [{ parts: ['nonsense'] }, '/parts/0'],
  ])('is refused with %j', async (own, pointer) => {
    await start('sonarr');
    expect(await send('sonarr', own)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it('is for the super_admin', async () => {
    await start('sonarr');
    const body = { url: server.url, apiKey: KEY };
    const answer = await api.send('POST', '/api/imports/sonarr', { body, token: api.tokens.operator });
    expect(answer.status).toBe(403);
  });

  it('no. 65 keeps the keys out of plan, log, audit, jobs and errors', async () => {
    await start('sonarr');
    await run('sonarr', { dryRun: false, secrets: { 'indexer:Tracker': GIVEN } });
    const refused = await send('sonarr', { apiKey: 'wr0ng-s3cretapikey' });
    expect(refused).toMatchObject({ status: 502, body: { kind: 'credentials' } });
    const { rows } = await api.parts.db.query(
      `select row_to_json(a)::text as text from audit a union all select row_to_json(j)::text from jobs j`,
    );
    expect(rows.length).toBeGreaterThan(3);
    const told = JSON.stringify([rows, refused.body]) + api.logged();
    expect(told).not.toMatch(/s3cretapikey|a-given-tracker-key|told-usenet-key/);
  });
});

describe('longplay import', () => {
  function cli(argv: string[], own: { stdin?: string; key?: string } = {}): Promise<Ran> {
    const environment = {
      LONGPLAY_TOKEN: api.tokens.super_admin,
      ...(own.key === undefined ? {} : { LONGPLAY_IMPORT_KEY: own.key }),
    };
    return runCli(['import', ...argv], { url: api.url, environment, stdin: own.stdin ?? '' });
  }

  it('shows the plan, and does it with --apply', async () => {
    await start('sonarr');
    const map = ['--map', '/data/tv=library:TV', '--map', '/data/downloads=downloads:'];
    const plan = await cli(['sonarr', server.url, ...map], { key: KEY });
    expect(plan.status).toBe(0);
    expect(plan.stdout).toContain(
      '+ Tracker: http://tracker.example:9117/api, disabled: Sonarr hides its secret',
    );
    expect(plan.stdout).toContain('8 to do; 0 there already, 0 need you, 6 without a counterpart.');
    expect(plan.stdout).toContain('Nothing was changed.');
    const folder = await mkdtemp(path.join(tmpdir(), 'longplay-import-'));
    const file = path.join(folder, 'secrets.json');
    await writeFile(file, JSON.stringify({ 'indexer:Tracker': GIVEN }));
    const argv = ['sonarr', server.url, '--key-file', '-', '--secrets', file, '--apply', ...map];
    const applied = await cli(argv, { stdin: `${KEY}\n` });
    await rm(folder, { recursive: true });
    expect(applied).toMatchObject({ status: 0, stdout: expect.stringContaining('8 done, 0 failed') });
    expect(plan.stdout + applied.stdout).not.toMatch(/s3cretapikey|a-given/);
  });

  it('says how to give the key, and ends with 1 where something failed', async () => {
    await start('sonarr');
    expect(await cli(['sonarr', server.url])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('LONGPLAY_IMPORT_KEY'),
    });
    const failing = ['sonarr', server.url, KEY, '--only', 'pathMappings', '--apply'];
    expect(await cli([...failing, '--map', '/data/downloads=downloads:'])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('✗ /remote/downloads/ at qb.lan'),
    });
  });
});
