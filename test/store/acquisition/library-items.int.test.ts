import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  eachItem,
  listItems,
  markMissing,
  readScanStart,
  upsertItems,
  type ScannedItem,
} from '../../../src/store/acquisition/library-items.js';
import { saveLibrary } from '../../../src/store/acquisition/libraries.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  for (const id of ['books', 'other']) {
    const where = { id, name: id, root: `library:${id}`, pathTemplate: '{title}' };
    await saveLibrary(database.db, { ...where, kind: 'folder', mediaTypes: ['audiobook'], enabled: true });
  }
});

beforeEach(() => database.db.query('delete from library_items'));

afterAll(() => database.drop());

function item(id: string, own: Partial<ScannedItem> = {}): ScannedItem {
  return {
    id,
    path: id,
    mediaType: 'audiobook',
    title: id,
    author: null,
    narrator: null,
    year: null,
    asin: null,
    isbn: null,
    durationSeconds: null,
    sizeBytes: 5_000_000_000,
    files: [],
    ...own,
  };
}

function put(libraryId: string, items: ScannedItem[]): Promise<void> {
  return upsertItems(database.db, { libraryId, scanId: 'scan', items });
}

async function missing(): Promise<string[]> {
  const rows = await listItems(database.db, { limit: 1_000 });
  return rows.filter(({ missingSince }) => missingSince !== null).map(({ path }) => path);
}

describe('upsertItems', () => {
  it('keeps the id and the time of adding as long as the path stays', async () => {
    await put('books', [item('first', { path: 'A/B' })]);
    const [before] = await listItems(database.db, { limit: 10 });
    await put('books', [item('second', { path: 'A/B', title: 'New' })]);
    const rows = await listItems(database.db, { limit: 10 });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      id: 'first',
      title: 'New',
      addedAt: before?.addedAt,
      sizeBytes: 5_000_000_000,
    });
  });
});

describe('markMissing', () => {
  it('marks below the path only, whatever signs the path has, and in its own library', async () => {
    await put(
      'books',
      ['100%/a', '100%', '100 per cent', '100%x/a', '100_/a'].map((path) => item(path)),
    );
    await put('other', [item('other', { path: '100%/a' })]);
    const since = await readScanStart(database.db);
    expect(await markMissing(database.db, { libraryId: 'books', since, path: '100%' })).toBe(2);
    expect((await missing()).sort()).toEqual(['100%', '100%/a']);
  });

  it('keeps the time of the first mark, and spares what was seen since', async () => {
    await put('books', [item('gone'), item('there')]);
    const mark = async (): Promise<Date | null | undefined> => {
      const since = await readScanStart(database.db);
      await put('books', [item('there')]);
      await markMissing(database.db, { libraryId: 'books', since, path: '' });
      const rows = await listItems(database.db, { limit: 10 });
      return rows.find(({ id }) => id === 'gone')?.missingSince;
    };
    const first = await mark();
    expect(await mark()).toEqual(first);
    expect(await missing()).toEqual(['gone']);
  });
});

describe('eachItem', () => {
  it('goes through more items than one page, each once, of one kind and without the missing', async () => {
    const many = Array.from({ length: 1_100 }, (_, index) => item(`item-${index}`));
    await put('books', [...many, item('film', { mediaType: 'movie' })]);
    await put('other', [item('other')]);
    await database.db.query(`update library_items set missing_since = now() where id = 'item-7'`);
    const seen: string[] = [];
    for await (const { id } of eachItem(database.db, { libraryId: 'books', mediaType: 'audiobook' }))
      seen.push(id);
    expect(seen.sort()).toEqual(
      many
        .map(({ id }) => id)
        .filter((id) => id !== 'item-7')
        .sort(),
    );
  });
});

describe('listItems', () => {
  it('finds a part of title or author, page by page', async () => {
    await put('books', [item('a', { title: 'Emma' }), item('b', { author: 'Emmanuel' }), item('c')]);
    const first = await listItems(database.db, { search: 'EMMA', limit: 1 });
    const second = await listItems(database.db, { search: 'EMMA', after: first[0]?.id, limit: 5 });
    expect([...first, ...second].map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('takes % and _ in a search as themselves', async () => {
    await put('books', [item('a', { title: '100% Wool' }), item('b', { title: '1000 Wool' })]);
    expect((await listItems(database.db, { search: '100%', limit: 5 })).map(({ id }) => id)).toEqual(['a']);
    expect(await listItems(database.db, { search: '1_0', limit: 5 })).toEqual([]);
  });
});
