import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { matchInLibrary } from '../../../src/activities/acquisition/match-item.js';
import type { MatchResult } from '../../../src/domain/acquisition/match-result.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { upsertItems, type ScannedItem } from '../../../src/store/acquisition/library-items.js';
import { findLibrary } from '../../../src/store/acquisition/libraries.js';
import { createFixture, LIBRARY, type Fixture } from './fixture.js';
import { filedRequest } from './library-servers.js';

const BOOK: MediaItem = { mediaType: 'audiobook', title: 'Tono-Bungay', author: 'H. G. Wells' };
let fixture: Fixture;

beforeAll(async () => {
  fixture = await createFixture();
});

afterEach(async () => {
  await fixture.deps.db.query('truncate requests, request_timeline, imports, library_items, jobs cascade');
});

afterAll(() => fixture.close());

/** What the media server shows. */
async function have(...rows: Partial<ScannedItem>[]): Promise<void> {
  const items = rows.map((row, index) => ({
    ...{ id: `item-${index}`, path: `path-${index}`, mediaType: 'audiobook', title: 'Something else' },
    ...{ author: null, narrator: null, year: null, asin: null, isbn: null },
    ...{ durationSeconds: null, sizeBytes: 1, files: [] },
    ...row,
  }));
  await upsertItems(fixture.deps.db, { libraryId: LIBRARY, scanId: 'scan', items });
}

async function match(
  item: Partial<MediaItem> = {},
  filed?: { file: string; bytes?: number; writtenPath?: string },
): Promise<MatchResult> {
  const library = await findLibrary(fixture.deps.db, LIBRARY);
  if (library === undefined) throw new Error('Expected the library of the fixture');
  const sought = { ...BOOK, ...item };
  const request = filed === undefined ? undefined : await filedRequest(fixture, { item: sought, ...filed });
  const { writtenPath } = filed ?? {};
  return matchInLibrary(fixture.deps, {
    library,
    item: sought,
    requestId: request?.requestId,
    writtenPath,
  });
}

const file = (path: string, sizeBytes: number) => ({
  ...{ path, sizeBytes, modifiedAtMs: 0, durationSeconds: null },
});

describe('the match by path', () => {
  it('finds the item though its ASIN differs (no. 51)', async () => {
    await have({ path: 'Wells/Tono', asin: 'B000000001' }, { asin: 'B000000002', title: 'Tono-Bungay' });
    expect(
      await match({ asin: 'B000000002' }, { file: 'Wells/Tono/a.mp3', writtenPath: 'Wells/Tono' }),
    ).toEqual({
      verdict: 'matched',
      libraryItemId: 'item-0',
      tier: 'path',
      confidence: 100,
    });
  });

  it('finds a film that its server knows by the file, and no other of the folder', async () => {
    const film = { mediaType: 'movie' } as const;
    await have({ ...film, path: 'Films/b.mkv' }, { ...film, path: 'Films/a.mkv' });
    expect(await match(film, { file: 'Films/a.mkv', writtenPath: 'Films' })).toMatchObject({
      ...{ libraryItemId: 'item-1', tier: 'path' },
    });
  });

  it('never takes another episode of the season for ours', async () => {
    const episode = { mediaType: 'episode', title: 'A Series', season: 1 } as const;
    await have(
      { ...episode, path: 'A Series/Season 1/e01.mkv', episode: 1 },
      { ...episode, path: 'A Series/Season 1', episode: 1 },
    );
    const filed = { file: 'A Series/Season 1/e02.mkv', writtenPath: 'A Series/Season 1' };
    expect(await match({ ...episode, episode: 2 }, filed)).toMatchObject({ verdict: 'none' });
  });
});

describe('the match by files', () => {
  const filed = { file: 'Wells/Tono/Tono-Bungay.m4b', bytes: 1_234, writtenPath: 'Wells/Tono' };

  it('finds the same name of the same size elsewhere, whatever its case', async () => {
    await have({ path: '/other/x', sizeBytes: 1_234, files: [file('tono-bungay.M4B', 1_234)] });
    expect(await match({}, filed)).toMatchObject({ libraryItemId: 'item-0', tier: 'files', confidence: 95 });
  });

  it.each([
    ['another size', [file('Tono-Bungay.m4b', 1_235)], 1_235],
    ['another name of the same size', [file('Kipps.m4b', 1_234)], 1_234],
    ['no size told', [file('Tono-Bungay.m4b', 0)], 0],
    ['a further file', [file('Tono-Bungay.m4b', 1_234), file('b.m4b', 0)], 1_234],
  ])('does not find %s', async (_what, files, sizeBytes) => {
    await have({ path: '/other/x', sizeBytes, files });
    expect(await match({}, filed)).toMatchObject({ verdict: 'none' });
  });
});

describe('the match by ids', () => {
  it('takes a sibling edition, after its own', async () => {
    await have({ asin: 'B000000009' });
    const ids = { asin: 'B000000001', siblingAsins: ['B000000008', 'B000000009'] };
    expect(await match(ids)).toMatchObject({ libraryItemId: 'item-0', tier: 'id', confidence: 90 });
    await have({ id: 'item-own', path: 'own', asin: 'b000000001' });
    expect(await match(ids)).toMatchObject({ libraryItemId: 'item-own' });
  });

  it('takes an ISBN-13 for the ISBN-10 that it contains', async () => {
    await have({ isbn: '978-0-552-13106-9' });
    expect(await match({ isbn: '0552131067' })).toMatchObject({ libraryItemId: 'item-0', tier: 'id' });
    expect(await match({ isbn: '0552131066' })).toMatchObject({ libraryItemId: 'item-0' });
    expect(await match({ isbn: '0552131167' })).toMatchObject({ verdict: 'none' });
  });

  it('takes the ids of films for films only', async () => {
    await have({ mediaType: 'movie', imdbId: 'tt0000001', tmdbId: 7 });
    expect(await match({ mediaType: 'movie', imdbId: 'tt0000001' })).toMatchObject({ tier: 'id' });
    expect(await match({ mediaType: 'movie', tmdbId: 7 })).toMatchObject({ tier: 'id' });
    expect(await match({ mediaType: 'episode', tmdbId: 7 })).toMatchObject({ verdict: 'none' });
  });
});

describe('the match by likeness (no. 78)', () => {
  it.each([
    [
      'the sequel',
      { title: 'Foundation', author: 'Isaac Asimov' },
      { title: 'Foundation and Empire', author: 'Isaac Asimov' },
    ],
    [
      'another volume',
      { title: 'The Saga, Volume 1', author: 'A' },
      { title: 'The Saga, Volume 3', author: 'A' },
    ],
    [
      'another edition by its running time',
      { title: 'Emma', author: 'Jane Austen', runtimeSeconds: 60_000 },
      { title: 'Emma', author: 'Jane Austen', durationSeconds: 20_000 },
    ],
    [
      'an edition whose ASIN is nobody’s sibling',
      { title: 'Emma', author: 'Jane Austen', asin: 'B000000001' },
      { title: 'Emma', author: 'Jane Austen', asin: 'B000000002' },
    ],
  ])('does not take %s for it', async (_what, item, row) => {
    await have(row);
    expect(await match(item)).toMatchObject({ verdict: 'none' });
  });

  it('takes the unabridged one, and asks a person where two are alike', async () => {
    await have({ title: 'The Tenant (Unabridged)', author: 'Roland Topor' });
    const tenant = { title: 'The Tenant', author: 'Roland Topor' };
    expect(await match(tenant)).toMatchObject({ tier: 'fuzzy', libraryItemId: 'item-0' });
    await have({ id: 'item-b', path: 'b', title: 'The Tenant', author: 'Roland Topor' });
    expect(await match(tenant)).toMatchObject({ verdict: 'needs_decision' });
  });
});
