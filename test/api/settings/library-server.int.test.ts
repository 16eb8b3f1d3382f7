import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createPlexServer } from '../../../src/integrations/libraries/plex/server.js';
import { findLibrary } from '../../../src/store/acquisition/libraries.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { eventually } from '../../support/eventually.js';
import { startPlexContractServer, type PlexContractServer } from '../../support/plex-contract-server.js';
import { runCli, type Ran } from '../../cli/run-cli.js';

const REMOTE = '/data/books';
let api: TestApi;
let plex: PlexContractServer;
let folder: string;

beforeAll(async () => {
  api = await startTestApi();
  folder = api.parts.roots.resolve('library:Books');
  await mkdir(folder, { recursive: true });
  plex = await startPlexContractServer({ folder, seenAs: REMOTE });
  await put('Wells/Tono/a.mp3');
});

afterAll(async () => {
  await plex.close();
  await api.stop();
});

async function put(file: string): Promise<void> {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), 'x');
}

/** Plex reads its folder. */
async function scan(): Promise<void> {
  const signal = new AbortController().signal;
  const { url: baseUrl, section, token: secret } = plex;
  const server = createPlexServer({ id: 'test', kind: 'plex', baseUrl, section, secret });
  await server.scan(undefined, signal);
  await eventually(async () => (await server.scanState(signal)) === 'idle');
}

function settings(own: object = {}): Record<string, unknown> {
  return {
    name: 'Plex',
    kind: 'plex',
    root: 'library:Books',
    baseUrl: plex.url,
    secret: plex.token,
    section: plex.section,
    pathMappings: [{ remote: REMOTE, logical: 'library:Books' }],
    ...own,
  };
}

const tested = z.object({ ok: z.boolean(), detail: z.string(), remedy: z.string().nullable() });

async function tryIt(own: object = {}): Promise<z.output<typeof tested>> {
  const answer = await api.send('POST', '/api/libraries/test', { body: settings(own) });
  expect(answer.status).toBe(200);
  return tested.parse(answer.body);
}

describe('a library behind a media server', () => {
  it.each([
    [{ baseUrl: null }, ['/baseUrl']],
    [{ section: null }, ['/section']],
    [{ baseUrl: null, section: null }, ['/baseUrl', '/section']],
    [{ baseUrl: 'ftp://x' }, ['/baseUrl']],
    [{ pathMappings: [{ remote: '/x', logical: '/etc' }] }, ['/pathMappings/0/logical']],
    [{ kind: 'folder' }, ['/baseUrl', '/secret', '/section', '/pathMappings']],
  ])('is not made with %j', async (own, pointers) => {
    const answer = await api.send('POST', '/api/libraries', { body: settings(own) });
    expect(answer).toMatchObject({ status: 400, body: { errors: pointers.map((pointer) => ({ pointer })) } });
  });

  it('keeps its token sealed, never shown, until it is replaced or removed', async () => {
    const made = await api.send('POST', '/api/libraries', { body: settings({ name: 'Sealed' }) });
    expect(made).toMatchObject({ status: 201, body: { hasSecret: true, section: plex.section } });
    const { id } = z.looseObject({ id: z.string() }).parse(made.body);
    const stored = async (): Promise<string | null | undefined> =>
      (await findLibrary(api.parts.db, id))?.secret;
    const first = await stored();
    expect(first).not.toContain(plex.token);
    expect(JSON.stringify((await api.send('GET', '/api/libraries')).body)).not.toContain(plex.token);
    const body = settings({ name: 'Sealed', secret: undefined });
    await api.send('PUT', `/api/libraries/${id}`, { body });
    expect(await stored()).toBe(first);
    const tried = await api.send('POST', `/api/libraries/${id}/test`, {});
    expect(tried).toMatchObject({ status: 200, body: { ok: true } });
    const folderOnly = { name: 'Sealed', root: 'library:Books' };
    expect(await api.send('PUT', `/api/libraries/${id}`, { body: folderOnly })).toMatchObject({
      body: { kind: 'folder', hasSecret: false, baseUrl: null, pathMappings: [] },
    });
    expect(await stored()).toBeNull();
    await api.send('DELETE', `/api/libraries/${id}`);
  });
});

describe('the test of a library behind a media server', () => {
  it('names the libraries found, with their folders as ours, where none is chosen', async () => {
    const told = await tryIt({ section: null });
    expect(told).toEqual({
      ok: false,
      detail: `Plex 1.41.0.0-contract answers; its libraries: 7 "Audiobooks" (audiobook): ${REMOTE} = library:Books`,
      remedy: expect.stringContaining('enter its id as the section'),
    });
  });

  it('looks for a real item at the mapped place', async () => {
    await scan();
    expect(await tryIt()).toMatchObject({
      ok: true,
      detail: expect.stringContaining('library:Books is there and can be written'),
    });
    await mkdir(path.join(path.dirname(folder), 'Other'), { recursive: true });
    const wrong = {
      root: 'library:Other',
      pathMappings: [{ remote: REMOTE, logical: 'library:Other' }],
    };
    expect(await tryIt(wrong)).toMatchObject({
      ok: false,
      detail: `Expected Plex's ${REMOTE}/Wells/Tono/a.mp3 at library:Other/Wells/Tono/a.mp3, got ENOENT`,
    });
  });

  it.each([
    ['no mapping', [], 'is covered by no mapping'],
    [
      'one whose name only begins alike (no. 30)',
      [{ remote: '/data/books2', logical: 'library:Books' }],
      'is mapped to /data/books2 there',
    ],
    ['one for a folder beside', [{ remote: REMOTE, logical: 'library:Boo' }], 'is covered by no mapping'],
  ])('names both folders where they do not meet: %s', async (_what, pathMappings, why) => {
    const told = await tryIt({ pathMappings });
    expect(told).toEqual({
      ok: false,
      detail: `Expected library:Books in a folder of Plex's "Audiobooks" (${REMOTE}); it ${why}`,
      remedy: expect.stringContaining(`${REMOTE} to library:Books`),
    });
    expect(JSON.stringify(told)).not.toContain(folder);
  });

  it('tells a refused token, a section that is not there, and nobody there', async () => {
    expect(await tryIt({ secret: 'of-another' })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('Plex refuses the token'),
    });
    expect(await tryIt({ section: '8' })).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/no section "8"; it has 7 \(Audiobooks\)/),
    });
    expect(await tryIt({ baseUrl: 'http://127.0.0.1:9' })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('does not answer'),
      remedy: expect.any(String),
    });
  });
});

describe('longplay library add', () => {
  const run = (argv: string[]): Promise<Ran> =>
    runCli(['library', 'add', ...argv], {
      url: api.url,
      environment: { LONGPLAY_TOKEN: api.tokens.super_admin },
    });

  it('adds a media server by its options, once the test finds it right', async () => {
    const work = await mkdtemp(path.join(tmpdir(), 'longplay-cli-'));
    const secret = path.join(work, 'token.txt');
    await writeFile(secret, plex.token);
    const server = ['--kind', 'plex', '--server', plex.url, '--secret-file', secret];
    const map = ['--map', `${REMOTE}=library:Books`];
    try {
      const unsure = await run(['From here', 'library:Books', ...server, ...map]);
      expect(unsure).toMatchObject({ status: 1, stdout: expect.stringContaining('7 "Audiobooks"') });
      const added = await run(['From here', 'library:Books', ...server, ...map, '--section', plex.section]);
      expect(added).toMatchObject({ status: 0, stdout: expect.stringContaining('Added from-here.') });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    expect(await findLibrary(api.parts.db, 'from-here')).toMatchObject({
      ...{ kind: 'plex', baseUrl: plex.url, section: plex.section },
      pathMappings: [{ remote: REMOTE, logical: 'library:Books' }],
    });
  });

  it('refuses what is no mapping', async () => {
    const { status, stderr } = await run(['X', 'library:', '--map', '/data/books']);
    expect(status).toBe(2);
    expect(stderr).toContain('/data/books=library:Books');
  });
});
