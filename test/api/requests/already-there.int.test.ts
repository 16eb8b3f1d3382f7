import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { insertNewJob } from '../../../src/jobs/create.js';
import {
  recordDeleted,
  upsertItems,
  type ScannedItem,
} from '../../../src/store/acquisition/library-items.js';
import { linkLibraryItem, openRequest, recordRequestState } from '../../../src/store/acquisition/requests.js';
import { recordOutcome } from '../../../src/store/runs.js';
import { runCli } from '../../cli/run-cli.js';
import { startTestApi, type TestApi } from '../../support/api.js';
import { fingerprint } from '../../support/fingerprint.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  const mediaTypes = ['audiobook', 'ebook', 'movie', 'episode'];
  for (const id of ['shelf', 'cellar']) {
    const body = { id, name: `The ${id}`, root: `library:${id}`, mediaTypes };
    expect((await api.send('POST', '/api/libraries', { body })).status).toBe(201);
  }
});

afterAll(() => api.stop());

/** What a scan of the shelf has found; the id of the item. */
async function scan(path: string, known: Partial<ScannedItem> = {}): Promise<string> {
  const id = `item-${path}`;
  const item: ScannedItem = {
    ...{ id, path, mediaType: 'audiobook', title: path, author: null, narrator: null, year: null },
    ...{ asin: null, isbn: null, durationSeconds: null, sizeBytes: 1, files: [] },
    ...known,
  };
  await upsertItems(api.parts.db, { libraryId: 'shelf', scanId: 'scan', items: [item] });
  return id;
}

const ask = (item: object, wish: object = {}) =>
  api.send('POST', '/api/requests', { body: { item, libraryId: 'shelf', ...wish } });

const jobIdIn = (body: unknown): string => z.looseObject({ jobId: z.string() }).parse(body).jobId;

/** A request as the API stores it, without its run. */
async function store(
  title: string,
): Promise<{ jobId: string; item: { mediaType: 'audiobook'; title: string } }> {
  const item = { mediaType: 'audiobook' as const, title };
  const wish = { type: 'request', params: { item, libraryId: 'shelf' }, createdBy: 'test' };
  const { job } = await insertNewJob(api.parts.db, api.parts, { ...wish, parentId: undefined });
  return { jobId: job.id, item };
}

/** A request that has come to its good end, and the item that it brought. */
async function bring(title: string): Promise<{ jobId: string; itemId: string }> {
  const { db } = api.parts;
  const { jobId, item } = await store(title);
  const requestId = await openRequest(db, { id: `req-${title}`, jobId, item, libraryId: 'shelf' });
  const itemId = await scan(title);
  await linkLibraryItem(db, { requestId, libraryItemId: itemId });
  await recordRequestState(db, { requestId, state: 'available', actor: 'longplay', detail: null });
  await recordOutcome(db, { jobId, round: 1, runId: null, status: 'completed', result: {}, error: null });
  return { jobId, itemId };
}

describe('what a request has brought', () => {
  it('is not fetched a second time: the answer says where it is, since when, and what to do', async () => {
    const { jobId } = await bring('Emma');
    const before = await fingerprint(api.parts.db);
    const today = new Date().toISOString().slice(0, 10);
    expect(await ask({ title: ' EMMA! ' })).toMatchObject({
      status: 409,
      body: {
        kind: 'already_there',
        detail: expect.stringContaining(
          `in the library "The shelf" since ${today}, as library:shelf/Emma (brought by ${jobId})`,
        ),
        remedy: expect.stringContaining('"again": true'),
      },
    });
    expect(await fingerprint(api.parts.db)).toBe(before);
  });

  it('is fetched anew with again, under the key of the refusal too, and then joined by all', async () => {
    const { jobId } = await bring('Persuasion');
    const body = { item: { title: 'Persuasion' }, libraryId: 'shelf' };
    const headers = { 'idempotency-key': 'persuasion' };
    expect((await api.send('POST', '/api/requests', { body, headers })).status).toBe(409);
    const again = await api.send('POST', '/api/requests', { body: { ...body, again: true }, headers });
    expect(again.status).toBe(201);
    expect(jobIdIn(again.body)).not.toBe(jobId);
    const joined = await ask({ title: 'Persuasion' });
    expect(joined.status).toBe(200);
    expect(jobIdIn(joined.body)).toBe(jobIdIn(again.body));
  });

  it('counts until it is gone: one scan that missed it proves nothing, a deletion does', async () => {
    const { itemId } = await bring('Sanditon');
    await api.parts.db.query('update library_items set missing_since = now() where id = $1', [itemId]);
    expect((await ask({ title: 'Sanditon' })).status).toBe(409);
    await recordDeleted(api.parts.db, itemId);
    expect((await ask({ title: 'Sanditon' })).status).toBe(201);
  });

  it('is another wish for another library', async () => {
    await bring('Lady Susan');
    const { status, body } = await ask({ title: 'Lady Susan' }, { libraryId: 'cellar' });
    expect({ status, libraryId: z.looseObject({ libraryId: z.string() }).parse(body).libraryId }).toEqual({
      ...{ status: 201, libraryId: 'cellar' },
    });
  });

  it('is no matter for a request that was cancelled before it brought anything: it goes on', async () => {
    const { jobId } = await store('The Watsons');
    const ended = { jobId, round: 1, runId: null, status: 'cancelled', result: null, error: null } as const;
    await recordOutcome(api.parts.db, ended);
    const again = await ask({ title: 'The Watsons' });
    expect(again.status).toBe(201);
    expect(jobIdIn(again.body)).toBe(jobId);
  });

  it('needs a yes or no as again', async () => {
    expect(await ask({ title: 'Emma' }, { again: 'yes' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/again' }] },
    });
  });
});

describe('what the library has of its own', () => {
  it.each<[string, Partial<ScannedItem>, object]>([
    ['its ASIN', { asin: 'B00ABCDEF1' }, { asin: 'B00ABCDEF1' }],
    [
      'the ASIN of another edition',
      { asin: 'B00ABCDEF2' },
      { asin: 'B00ABCDEF3', siblingAsins: ['B00ABCDEF2'] },
    ],
    [
      'its ISBN in the longer spelling',
      { mediaType: 'ebook', isbn: '978-0-306-40615-7' },
      { mediaType: 'ebook', isbn: '0306406152' },
    ],
    ['its number at TMDB', { mediaType: 'movie', tmdbId: 19 }, { mediaType: 'movie', tmdbId: 19 }],
  ])('is known by %s', async (how, known, item) => {
    await scan(how, known);
    const wish = { title: 'Whatever it is called', ...item };
    const answer = await ask(wish);
    expect(answer).toMatchObject({
      status: 409,
      body: { kind: 'already_there', detail: expect.stringContaining(`as library:shelf/${how} (it bears`) },
    });
    expect((await ask(wish, { again: true })).status).toBe(201);
  });

  it.each<[string, Partial<ScannedItem>, object]>([
    ['the same title alone', { title: 'Mansfield Park' }, { title: 'Mansfield Park' }],
    ['the same number of another kind', { mediaType: 'movie', tmdbId: 77 }, { tmdbId: 77 }],
    [
      'the number of its series',
      { mediaType: 'episode', tmdbId: 78, season: 1, episode: 1 },
      { mediaType: 'episode', tmdbId: 78, season: 1, episode: 2 },
    ],
  ])('is not told by %s', async (how, known, item) => {
    await scan(how, known);
    expect((await ask({ title: how, ...item })).status).toBe(201);
  });

  it('is told as its server names it, where nobody knows its place here', async () => {
    await scan('/srv/audio/Love', { asin: 'B00ABCDEF4' });
    expect(await ask({ title: 'Love', asin: 'B00ABCDEF4' })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('as /srv/audio/Love (') },
    });
  });
});

describe('longplay request add', () => {
  it('says that it is there, ends with 4, and fetches it anew with --again', async () => {
    const { jobId } = await bring('Catharine');
    const add = (...more: string[]) =>
      runCli(['request', 'add', 'Catharine', '--library', 'shelf', ...more], {
        url: api.url,
        environment: { LONGPLAY_TOKEN: api.tokens.operator },
      });
    const { status, stdout, stderr } = await add();
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toContain(`as library:shelf/Catharine (brought by ${jobId})`);
    expect(stderr).toMatch(/What to do: .*--again/);
    const again = await add('--again');
    expect(again.status).toBe(0);
    expect(again.stdout).not.toContain(jobId);
  });
});
