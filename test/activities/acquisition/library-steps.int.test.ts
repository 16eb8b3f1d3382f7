import { chmod, mkdir, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { steps } from '../../../src/activities/acquisition/library-steps.js';
import { createProbe, type Probe } from '../../../src/media/probe.js';
import {
  findItemByPath,
  listItems,
  upsertItems,
  type LibraryItemRow,
} from '../../../src/store/acquisition/library-items.js';
import { asNobody } from './as-nobody.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';

let fixture: Fixture;
const probed: string[] = [];
/** What happens just before ffprobe looks at a file. */
let beforeProbe: (file: string) => Promise<void>;

beforeAll(async () => {
  fixture = await createFixture();
});

beforeEach(() => {
  beforeProbe = () => Promise.resolve();
});

afterEach(async () => {
  await fixture.deps.db.query('delete from library_items');
  await fixture.deps.db.query('delete from root_markers');
  await rm(fixture.library, { recursive: true, force: true });
  await mkdir(fixture.library);
  probed.length = 0;
});

afterAll(() => fixture.close());

const probe: Probe = async (file, signal) => {
  await beforeProbe(file);
  probed.push(path.basename(file));
  return fixture.deps.media.probe(file, signal);
};

function library(): ReturnType<typeof steps.create> {
  return steps.create({ ...fixture.deps, media: { ...fixture.deps.media, probe } });
}

function scan(where: { path?: string } = {}): Promise<{ items: number; missing: number }> {
  return library().scanLibrary({ libraryId: LIBRARY, ...where }, stepOf());
}

function at(...names: string[]): string {
  return path.join(fixture.library, ...names);
}

async function items(): Promise<LibraryItemRow[]> {
  const rows = await listItems(fixture.deps.db, { libraryId: LIBRARY, limit: 100 });
  return rows.sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function missing(): Promise<string[]> {
  return (await items()).filter(({ missingSince }) => missingSince !== null).map((item) => item.path);
}

describe('scanLibrary', () => {
  it('reads tags and running times, and takes a folder with media for an item', async () => {
    await fixture.makeSound(at('Wells', 'Machine', 'book.m4b'), {
      tags: { title: 'The Time Machine', artist: 'H. G. Wells', composer: 'A Reader', date: '1895-05-07' },
    });
    await fixture.makeSound(at('Austen', 'Emma', '2.mp3'), { tags: { title: 'Chapter 2' } });
    await fixture.makeSound(at('Austen', 'Emma', '10.mp3'), { tags: { title: 'Chapter 10' } });
    await writeFile(at('Austen', 'Emma', 'notes.txt'), 'no media');
    expect(await scan()).toMatchObject({ items: 2, missing: 0 });
    const [emma, machine] = await items();
    // Several files: a file's title is not the book's.
    expect(emma).toMatchObject({ path: 'Austen/Emma', title: 'Emma' });
    expect(emma?.files.map((file) => file.path)).toEqual(['2.mp3', '10.mp3']);
    expect(emma?.durationSeconds).toBeCloseTo(4, 0);
    expect(machine).toMatchObject({
      path: 'Wells/Machine',
      title: 'The Time Machine',
      author: 'H. G. Wells',
      narrator: 'A Reader',
      year: 1895,
    });
  });

  it('lets the sidecar win over the tags', async () => {
    await fixture.makeSound(at('A', 'a.mp3'), { tags: { title: 'tag', artist: 'tag' } });
    await writeFile(
      at('A', 'metadata.json'),
      JSON.stringify({ title: 'Sidecar', authors: ['Somebody'], asin: 'B00TESTING', publishedYear: '1999' }),
    );
    await scan();
    expect((await items())[0]).toMatchObject({
      title: 'Sidecar',
      author: 'Somebody',
      asin: 'B00TESTING',
      year: 1999,
    });
  });

  it('probes only what is new or changed, and keeps ids and what it knew', async () => {
    await fixture.makeSound(at('A', '1.mp3'), { tags: { album: 'Whole', title: 'One' } });
    await fixture.makeSound(at('A', '2.mp3'), { tags: { title: 'Two' } });
    await scan();
    const [before] = await items();
    probed.length = 0;
    await scan();
    expect(probed).toEqual([]);
    await utimes(at('A', '2.mp3'), 1_000, 1_000);
    await scan();
    expect(probed).toEqual(['2.mp3']);
    const [after] = await items();
    expect(after).toMatchObject({ id: before?.id, title: 'Whole', durationSeconds: before?.durationSeconds });
  });

  it('marks what is gone as missing by a complete scan, deletes nothing, and takes it back when it returns', async () => {
    await fixture.makeSound(at('A', 'a.mp3'));
    await fixture.makeSound(at('B', 'b.mp3'));
    await scan();
    const before = await items();
    await rename(at('A'), path.join(fixture.folder, 'away'));
    expect(await scan()).toMatchObject({ items: 1, missing: 1 });
    expect(await missing()).toEqual(['A']);
    await rename(path.join(fixture.folder, 'away'), at('A'));
    await scan();
    expect(await missing()).toEqual([]);
    expect((await items()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  it('judges only its scope', async () => {
    for (const name of ['A', 'AB', 'A B']) await fixture.makeSound(at(name, 'x', 'a.mp3'));
    await scan();
    for (const name of ['A', 'AB', 'A B']) await rm(at(name, 'x'), { recursive: true });
    expect(await scan({ path: './A/' })).toMatchObject({ items: 0, missing: 1 });
    expect(await missing()).toEqual(['A/x']);
  });

  it('calls nothing missing when it finds nothing at all, as in the folder of a mount that is away', async () => {
    await fixture.makeSound(at('A', 'a.mp3'));
    await scan();
    await rm(at('A'), { recursive: true });
    expect(await scan()).toMatchObject({ items: 0, missing: 0 });
    expect(await missing()).toEqual([]);
  });

  it('waits for a library that is not there, and tries a folder that is not there again', async () => {
    await fixture.makeSound(at('A', 'a.mp3'));
    await scan();
    await expect(scan({ path: 'Nowhere' })).rejects.toMatchObject({ kind: 'transient' });
    await rm(fixture.library, { recursive: true });
    await expect(scan()).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'mount_gone',
    });
    expect(await missing()).toEqual([]);
  });

  it('reads the rest where a folder may not be read, and calls nothing missing', async () => {
    await fixture.makeSound(at('A', 'a.mp3'));
    await fixture.makeSound(at('B', 'b.mp3'));
    await fixture.makeSound(at('C', 'c.mp3'));
    await scan();
    await rm(at('C'), { recursive: true });
    await chmod(fixture.folder, 0o755);
    await chmod(at('A'), 0o000);
    expect(await asNobody(() => scan())).toMatchObject({ items: 1, missing: 0 });
    await chmod(at('A'), 0o755);
    expect(await missing()).toEqual([]);
    expect(await scan()).toMatchObject({ items: 2, missing: 1 });
  });

  it('keeps an item whose file cannot be read, and reads it as soon as it can', async () => {
    await fixture.makeSound(at('A', '1.mp3'));
    await writeFile(at('A', '2.mp3'), '<html>Please log in</html>');
    await scan();
    expect((await items())[0]).toMatchObject({ path: 'A', durationSeconds: null });
    expect((await items())[0]?.files.map(({ durationSeconds }) => durationSeconds === null)).toEqual([
      false,
      true,
    ]);
    const whole = path.join(fixture.folder, 'whole.mp3');
    await fixture.makeSound(whole);
    await rename(whole, at('A', '2.mp3'));
    await scan();
    expect((await items())[0]?.durationSeconds).toBeCloseTo(4, 0);
  });

  it('does not call a file unreadable because ffprobe is not installed', async () => {
    await fixture.makeSound(at('A', 'a.mp3'));
    const media = { ...fixture.deps.media, probe: createProbe({ ffprobePath: '/nowhere/ffprobe' }) };
    const scanning = steps.create({ ...fixture.deps, media }).scanLibrary({ libraryId: LIBRARY }, stepOf());
    await expect(scanning).rejects.toMatchObject({ kind: 'environment', waitingReason: 'human_task' });
    expect(await items()).toEqual([]);
  });

  it('goes on when a folder goes away in the middle', async () => {
    for (const name of ['A', 'B', 'C']) await fixture.makeSound(at(name, 'a.mp3'));
    await scan();
    await utimes(at('A', 'a.mp3'), 1_000, 1_000);
    beforeProbe = () => rm(at('B'), { recursive: true, force: true });
    // It was there when it was looked at; what a scan has seen is not missing by that scan.
    expect(await scan()).toMatchObject({ items: 3, missing: 0 });
    beforeProbe = () => Promise.resolve();
    expect(await scan()).toMatchObject({ items: 2, missing: 1 });
  });

  it('does not call missing what another scan sees meanwhile', async () => {
    for (const name of ['A', 'B']) await fixture.makeSound(at(name, 'a.mp3'));
    await scan();
    await utimes(at('B', 'a.mp3'), 1_000, 1_000);
    // A was seen by the outer scan already, and is now seen by the inner one.
    let inner = false;
    beforeProbe = async () => {
      if (inner) return;
      inner = true;
      await scan({ path: 'A' });
    };
    expect(await scan()).toMatchObject({ items: 2, missing: 0 });
    expect(inner).toBe(true);
  });

  it('follows no link, and looks at no hidden or system folder', async () => {
    const outside = path.join(fixture.folder, 'outside');
    await fixture.makeSound(path.join(outside, 'secret.mp3'));
    await fixture.makeSound(at('A', 'a.mp3'));
    await symlink(outside, at('Linked'));
    await symlink(path.join(outside, 'secret.mp3'), at('A', 'linked.mp3'));
    await symlink(fixture.library, at('A', 'loop'));
    await fixture.makeSound(at('.Book.partial-0', 'half.mp3'));
    await fixture.makeSound(at('lost+found', 'x.mp3'));
    await scan();
    expect((await items()).map((item) => [item.path, item.files.map((file) => file.path)])).toEqual([
      ['A', ['a.mp3']],
    ]);
    await expect(scan({ path: 'Linked' })).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it.each(['..', '../..', '/etc', 'A/../../x', '.Book.partial-0'])('refuses to scan %j', async (where) => {
    await expect(scan({ path: where })).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['no JSON', (file) => writeFile(file, '{{{')],
    [
      'of wrong types',
      (file) => writeFile(file, '{"title":7,"authors":"x","publishedYear":{"a":1},"asin":[]}'),
    ],
    ['not an object', (file) => writeFile(file, 'null')],
    [
      'huge',
      async (file) => {
        await writeFile(file, '{}');
        await truncate(file, 3_000_000_000);
      },
    ],
  ])('takes the tags where the sidecar is %s', async (_what, write) => {
    await fixture.makeSound(at('A', 'a.mp3'), { tags: { title: 'Tag', artist: 'Author' } });
    await write(at('A', 'metadata.json'));
    await scan();
    expect((await items())[0]).toMatchObject({ title: 'Tag', author: 'Author', asin: null, year: null });
  });

  it('survives texts that no database takes, in sidecars and tags', async () => {
    await fixture.makeSound(at('A', 'a.mp3'), {
      tags: { title: 'x'.repeat(20_000), date: '1e99', artist: ' ' },
    });
    await fixture.makeSound(at('B', 'b.mp3'));
    const title = `B\\u0000\\ud800${'y'.repeat(600_000)}`;
    await writeFile(
      at('B', 'metadata.json'),
      `{"title":"${title}","authors":["",5,"Real"],"isbn":"\\u0000"}`,
    );
    expect(await scan()).toMatchObject({ items: 2 });
    const [a, b] = await items();
    expect(a).toMatchObject({ title: 'x'.repeat(500), author: null, year: null });
    expect(b?.title).toBe(`B${'y'.repeat(497)}`);
    expect(b).toMatchObject({ isbn: null });
  });

  it('passes over a name that is no UTF-8', async () => {
    await fixture.makeSound(at('A', 'a.mp3'));
    const odd = Buffer.concat([Buffer.from(at('A', 'b')), Buffer.from([0xfc]), Buffer.from('.mp3')]);
    await writeFile(odd, 'sound');
    expect(await scan()).toMatchObject({ items: 1, missing: 0 });
    expect((await items())[0]?.files.map((file) => file.path)).toEqual(['a.mp3']);
  });

  it('throws the reason of an abort, and calls nothing missing', async () => {
    for (const name of ['A', 'B']) await fixture.makeSound(at(name, 'a.mp3'));
    await scan();
    await rm(at('B'), { recursive: true });
    await utimes(at('A', 'a.mp3'), 1_000, 1_000);
    const stop = new AbortController();
    const reason = new Error('paused by a person');
    beforeProbe = () => {
      stop.abort(reason);
      return Promise.resolve();
    };
    const scanning = library().scanLibrary({ libraryId: LIBRARY }, stepOf({ signal: stop.signal }));
    await expect(scanning).rejects.toBe(reason);
    expect(await missing()).toEqual([]);
  });
});

describe('matchItem', () => {
  const BOOK = { mediaType: 'audiobook', title: 'Mort', author: 'Terry Pratchett' } as const;

  async function have(...rows: Partial<LibraryItemRow>[]): Promise<void> {
    await upsertItems(fixture.deps.db, {
      libraryId: LIBRARY,
      scanId: 'scan',
      items: rows.map((row, index) => ({
        id: `item-${index}`,
        path: `path-${index}`,
        mediaType: 'audiobook',
        title: 'Something else',
        author: null,
        narrator: null,
        year: null,
        asin: null,
        isbn: null,
        durationSeconds: null,
        sizeBytes: 1,
        files: [],
        ...row,
      })),
    });
  }

  function match(item: object, writtenPath?: string): Promise<unknown> {
    return library().matchItem({
      libraryId: LIBRARY,
      item: { ...BOOK, ...item },
      ...(writtenPath === undefined ? {} : { writtenPath }),
    });
  }

  it('finds the path that was written, whatever ids and titles say', async () => {
    await have({ path: 'P/M', title: 'Other', asin: 'B000000001' }, { title: 'Mort', asin: 'B000000002' });
    expect(await match({ asin: 'B000000002' }, 'P/M')).toEqual({
      verdict: 'matched',
      libraryItemId: 'item-0',
      tier: 'path',
      confidence: 100,
    });
  });

  it('finds ids in any writing, an ASIN before an ISBN, and only of its own kind', async () => {
    await have(
      { isbn: '978-0-552-13106-9' },
      { asin: 'b000000001' },
      { asin: 'B000000001', mediaType: 'ebook' },
    );
    expect(await match({ isbn: '9780552131069' })).toMatchObject({ libraryItemId: 'item-0', tier: 'id' });
    expect(await match({ isbn: '9780552131069', asin: 'B000000001' })).toMatchObject({
      libraryItemId: 'item-1',
      confidence: 90,
    });
  });

  it('finds a title that is alike, less surely than by an id', async () => {
    await have({ title: 'MORT', author: 'Terry Pratchet' }, { title: 'Sourcery', author: 'Terry Pratchett' });
    expect(await match({})).toEqual({
      verdict: 'matched',
      libraryItemId: 'item-0',
      tier: 'fuzzy',
      confidence: 89,
    });
  });

  it('asks a person where two are alike, and finds none where none is', async () => {
    await have(
      { title: 'Mort', author: 'Terry Pratchett', path: 'one' },
      { title: 'Mort', author: 'Terry Pratchett', path: 'two' },
    );
    expect(await match({})).toMatchObject({ verdict: 'needs_decision' });
    expect(await match({ title: 'Emma', author: 'Jane Austen' })).toMatchObject({ verdict: 'none' });
  });

  it('does not find what is missing', async () => {
    await have({ title: 'Mort', author: 'Terry Pratchett', path: 'P/M', asin: 'B000000001' });
    await fixture.deps.db.query('update library_items set missing_since = now()');
    expect(await findItemByPath(fixture.deps.db, { libraryId: LIBRARY, path: 'P/M' })).toBeUndefined();
    expect(await match({ asin: 'B000000001' }, 'P/M')).toMatchObject({ verdict: 'none' });
  });
});
