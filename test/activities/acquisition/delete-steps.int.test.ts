import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { steps, type DeletedItem } from '../../../src/activities/acquisition/delete-steps.js';
import { restoreFile } from '../../../src/activities/acquisition/recycle.js';
import { findItemById, upsertItems } from '../../../src/store/acquisition/library-items.js';
import { listRecycled } from '../../../src/store/acquisition/recycled-files.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';

const BOOK = 'Author/Book';
let fixture: Fixture;

beforeAll(async () => {
  fixture = await createFixture();
});

afterAll(() => fixture.close());

async function shelve(id: string, folder: string, files: string[], known = files): Promise<void> {
  for (const name of files) {
    await mkdir(path.dirname(path.join(fixture.library, folder, name)), { recursive: true });
    await writeFile(path.join(fixture.library, folder, name), name);
  }
  const nothing = { narrator: null, year: null, asin: null, isbn: null, durationSeconds: null };
  const rows = known.map((name) => ({ path: name, sizeBytes: 1, modifiedAtMs: 1, durationSeconds: null }));
  const item = { id, path: folder, mediaType: 'audiobook', title: folder, author: null, ...nothing };
  await upsertItems(fixture.deps.db, {
    ...{ libraryId: LIBRARY, scanId: 'scan-1' },
    items: [{ ...item, sizeBytes: 1, files: rows }],
  });
}

function remove(libraryItemId: string, dryRun = false): Promise<DeletedItem> {
  return steps.create(fixture.deps).deleteItem({ libraryItemId, dryRun }, stepOf({ jobId: 'delete_item-1' }));
}

async function names(): Promise<string[]> {
  const all = await readdir(fixture.library, { recursive: true });
  return all.filter((name) => !name.startsWith('.longplay-')).sort();
}

describe('deleteItem', () => {
  it('takes the item with its sidecars and empty folders, leaves items below, and comes back whole', async () => {
    await shelve('item-1', BOOK, ['1.mp3', '2.mp3', 'cover.jpg', 'metadata.json'], ['1.mp3', '2.mp3']);
    await shelve('item-2', `${BOOK}/Another`, ['1.mp3']);
    const whole = await names();
    expect(await remove('item-1', true)).toEqual({ path: BOOK, files: 4, bytes: 32 });
    expect(await names()).toEqual(whole);

    expect(await remove('item-1')).toEqual({ path: BOOK, files: 4, bytes: 32 });
    expect(await names()).toEqual(['Author', BOOK, `${BOOK}/Another`, `${BOOK}/Another/1.mp3`]);
    expect((await findItemById(fixture.deps.db, 'item-1'))?.goneAt).toBeInstanceOf(Date);
    // A repeat finds nothing more to do.
    expect(await remove('item-1')).toMatchObject({ files: 0 });

    expect(await remove('item-2')).toMatchObject({ files: 1 });
    expect(await names()).toEqual([]);
    const recycled = await listRecycled(fixture.deps.db, { jobId: 'delete_item-1', all: false, limit: 100 });
    expect(new Set(recycled.map(({ why }) => why))).toEqual(new Set(['deleted']));
    for (const row of recycled) await restoreFile(fixture.deps, row);
    expect(await names()).toEqual(whole);
  });

  it('takes of the library’s own folder only what the scan knows, and a file that is an item alone', async () => {
    await shelve('item-3', '', ['lonely.mp3', 'notes.txt'], ['lonely.mp3']);
    expect(await remove('item-3')).toMatchObject({ files: 1 });
    expect(await readdir(fixture.library)).toContain('notes.txt');
    await shelve('item-4', 'Films/Film.mp4', [], []);
    await mkdir(path.join(fixture.library, 'Films'));
    await writeFile(path.join(fixture.library, 'Films', 'Film.mp4'), 'film');
    await writeFile(path.join(fixture.library, 'Films', 'Other.mp4'), 'film');
    expect(await remove('item-4')).toEqual({ path: 'Films/Film.mp4', files: 1, bytes: 4 });
    expect(await readdir(path.join(fixture.library, 'Films'))).toEqual(['Other.mp4']);
  });

  it('takes what is called like a film, and the sidecars of a folder that is left empty', async () => {
    const season = path.join(fixture.library, 'Show/Season 01');
    const book = path.join(fixture.library, 'Jane Austen/Emma');
    await Promise.all([season, book].map((folder) => mkdir(folder, { recursive: true })));
    for (const name of ['Show - S01E01.mkv', 'Show - S01E01.en.srt', 'Show - S01E02.mkv'])
      await writeFile(path.join(season, name), 'x');
    for (const name of ['Emma.epub', 'Emma.mobi', 'cover.jpg', 'metadata.opf'])
      await writeFile(path.join(book, name), 'x');
    await shelve('item-5', 'Show/Season 01/Show - S01E01.mkv', [], []);
    expect(await remove('item-5')).toMatchObject({ files: 2 });
    expect(await readdir(season)).toEqual(['Show - S01E02.mkv']);
    await shelve('item-6', 'Jane Austen/Emma/Emma.epub', [], []);
    expect(await remove('item-6')).toMatchObject({ files: 4 });
    expect(await names()).not.toContain('Jane Austen');
  });

  it('says which item there is not', async () => {
    await expect(remove('item-none')).rejects.toThrow('There is no library item "item-none"');
  });
});
