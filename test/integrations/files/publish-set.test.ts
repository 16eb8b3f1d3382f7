import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Fault } from '../../../src/domain/faults.js';
import {
  publishSet,
  withdrawSet,
  type SetFile,
  type StagedFile,
} from '../../../src/integrations/files/publish-set.js';
import { BOOK, NAMES, readBook, setOf, targetIn, treeOf, writeSources } from './sets.js';

const WHOLE = ['Some Author/', `${BOOK}/`, ...NAMES.map((name) => `${BOOK}/${name}`)].sort();

let folder: string;
let root: string;
let files: SetFile[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-publish-'));
  root = path.join(folder, 'library');
  await mkdir(root);
  files = await writeSources(path.join(folder, 'download'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function superseded(): Promise<never> {
  return Promise.reject(new Fault('superseded', 'Another attempt owns this step now'));
}

describe('publishSet', () => {
  it('shows the whole set, hardlinked on one disk, and tells what stands there', async () => {
    const published = await publishSet(setOf(files, targetIn(root)));
    expect(published.map(({ name, mode }) => [name, mode])).toEqual([
      ['metadata.json', 'written'],
      ['1 - Some Book.mp3', 'hardlink'],
      ['2 - Some Book.mp3', 'hardlink'],
    ]);
    expect(published[1]).toMatchObject({
      sizeBytes: 1_000,
      // Nothing was copied that could differ.
      sha256: null,
      inode: expect.stringMatching(/^\d+:\d+$/),
    });
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  it('shows nothing before everything is verified, recorded and fenced', async () => {
    const seen: string[][] = [];
    const look = async (): Promise<void> => {
      seen.push((await treeOf(root)).filter((name) => !name.split('/').some((part) => part.startsWith('.'))));
    };
    await publishSet(setOf(files, targetIn(root), { verify: look, record: look, fence: look }));
    expect(seen).toHaveLength(6);
    expect(seen.flat().filter((name) => name !== 'Some Author/')).toEqual([]);
  });

  it('is the same when it is repeated', async () => {
    const first = await publishSet(setOf(files, targetIn(root)));
    const before = await stat(path.join(root, BOOK));
    expect(await publishSet(setOf(files, targetIn(root), { earlier: first }))).toEqual(first);
    expect((await stat(path.join(root, BOOK))).ino).toBe(before.ino);
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  it('lets copies be changed and never links; what was changed is known by its new hash and by its source', async () => {
    const amend = async ({ hostPath }: StagedFile): Promise<boolean> => {
      await writeFile(hostPath, 'amended');
      return true;
    };
    const [sidecar, linked, copied] = files as [SetFile, SetFile, SetFile];
    const own = [sidecar, linked, { ...copied, own: true }];
    const published = await publishSet(setOf(own, targetIn(root), { amend }));
    expect(published.map(({ mode }) => mode)).toEqual(['written', 'hardlink', 'copy']);
    expect(published[1]?.sourceSha256).toBeUndefined();
    expect(published[2]).toMatchObject({ sizeBytes: 7, sourceSha256: expect.any(String) });
    expect((await readBook(root))['2 - Some Book.mp3']).toBe('amended');
    expect(await readFile(path.join(folder, 'download', 'two.mp3'))).toEqual(Buffer.alloc(1_000, 2));

    const again = await publishSet(setOf(own, targetIn(root), { amend, earlier: published }));
    expect(again).toEqual(published);
    const other = await publishSet(setOf(own, targetIn(root), { amend, others: published }));
    expect(other.map(({ mode }) => mode)).toEqual(['found', 'found', 'found']);
    await writeFile(path.join(folder, 'download', 'two.mp3'), 'another release');
    const clashing = publishSet(setOf(own, targetIn(root), { amend, others: published }));
    await expect(clashing).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it('accepts an equal file of somebody else as found', async () => {
    await mkdir(path.join(root, BOOK), { recursive: true });
    await writeFile(path.join(root, BOOK, '1 - Some Book.mp3'), Buffer.alloc(1_000, 1));
    const published = await publishSet(setOf(files, targetIn(root, BOOK)));
    expect(published.map(({ mode }) => mode)).toEqual(['written', 'found', 'hardlink']);
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  it('knows its links by their inode: a repeat finds them, and a file of equal content in their place stays', async () => {
    const first = await publishSet(setOf(files, targetIn(root, BOOK)));
    expect(await publishSet(setOf(files, targetIn(root, BOOK), { earlier: first }))).toEqual(first);
    const linked = path.join(root, BOOK, '2 - Some Book.mp3');
    const content = await readFile(linked);
    await rm(linked);
    await writeFile(linked, content);
    await withdrawSet(targetIn(root, BOOK), first);
    expect(await readdir(path.join(root, BOOK))).toEqual(['2 - Some Book.mp3']);
  });

  it('never touches another file at the target, and shows nothing beside it', async () => {
    const foreign = path.join(root, BOOK, '2 - Some Book.mp3');
    await mkdir(path.dirname(foreign), { recursive: true });
    await writeFile(foreign, 'mine');
    await expect(publishSet(setOf(files, targetIn(root, BOOK)))).rejects.toMatchObject({ kind: 'bad_input' });
    expect(await readBook(root)).toEqual({ '2 - Some Book.mp3': 'mine' });
  });

  it.each(['a folder', 'a link'])('takes %s under the name of a file for another file', async (what) => {
    const name = path.join(root, BOOK, '1 - Some Book.mp3');
    await mkdir(path.dirname(name), { recursive: true });
    // The link leads to equal content, which is still not ours to rely on.
    await (what === 'a folder' ? mkdir(name) : symlink(path.join(folder, 'download', 'one.mp3'), name));
    await expect(publishSet(setOf(files, targetIn(root, BOOK)))).rejects.toMatchObject({ kind: 'bad_input' });
    expect(await treeOf(path.join(root, BOOK))).toHaveLength(1);
  });

  it('takes back what it has shown when another file comes up meanwhile', async () => {
    await mkdir(path.join(root, BOOK), { recursive: true });
    await writeFile(path.join(root, BOOK, 'notes.txt'), 'keep');
    const record = (): Promise<void> => writeFile(path.join(root, BOOK, '2 - Some Book.mp3'), 'mine');
    const publishing = publishSet(setOf(files, targetIn(root, BOOK), { record }));
    await expect(publishing).rejects.toMatchObject({ kind: 'bad_input' });
    expect(await readBook(root)).toEqual({ 'notes.txt': 'keep', '2 - Some Book.mp3': 'mine' });
  });

  it('keeps an empty folder that somebody makes meanwhile, and fills it file by file', async () => {
    let inode = 0;
    const record = async (): Promise<void> => {
      await mkdir(path.join(root, BOOK));
      inode = (await stat(path.join(root, BOOK))).ino;
    };
    await publishSet(setOf(files, targetIn(root), { record }));
    expect((await stat(path.join(root, BOOK))).ino).toBe(inode);
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  it('neither empties nor replaces a folder that somebody fills meanwhile', async () => {
    const record = async (): Promise<void> => {
      await mkdir(path.join(root, BOOK));
      await writeFile(path.join(root, BOOK, 'notes.txt'), 'keep');
    };
    await publishSet(setOf(files, targetIn(root), { record }));
    expect(await treeOf(root)).toEqual([...WHOLE, `${BOOK}/notes.txt`].sort());
  });

  it('keeps an empty folder that stood there before', async () => {
    await mkdir(path.join(root, BOOK), { recursive: true });
    const { ino } = await stat(path.join(root, BOOK));
    await publishSet(setOf(files, targetIn(root, BOOK)));
    expect((await stat(path.join(root, BOOK))).ino).toBe(ino);
    const failing = setOf(files, targetIn(root, BOOK), { verify: () => Promise.reject(new Error('no')) });
    await rm(path.join(root, BOOK), { recursive: true });
    await mkdir(path.join(root, BOOK));
    await expect(publishSet(failing)).rejects.toThrow('no');
    expect(await treeOf(root)).toEqual(['Some Author/', `${BOOK}/`]);
  });

  it('leaves nothing, no empty folder either, when a file is not right (no. 41)', async () => {
    const verify = ({ name }: { name: string }): Promise<void> =>
      name.startsWith('2') ? Promise.reject(new Fault('transient', 'cut off')) : Promise.resolve();
    await expect(publishSet(setOf(files, targetIn(root), { verify }))).rejects.toThrow('cut off');
    expect(await treeOf(root)).toEqual([]);
  });

  it('leaves a folder alone that others use by then', async () => {
    // Files are verified two at a time.
    const verify = async (): Promise<never> => {
      await mkdir(path.join(root, 'Some Author', 'Other Book'), { recursive: true });
      throw new Fault('transient', 'cut off');
    };
    await expect(publishSet(setOf(files, targetIn(root), { verify }))).rejects.toThrow('cut off');
    expect(await treeOf(root)).toEqual(['Some Author/', 'Some Author/Other Book/']);
  });

  it('stops at the fence with nothing visible and its own partials gone', async () => {
    let passes = 0;
    const fence = (): Promise<void> => ((passes += 1) === 1 ? Promise.resolve() : superseded());
    await expect(publishSet(setOf(files, targetIn(root), { fence }))).rejects.toMatchObject({
      kind: 'superseded',
    });
    expect((await treeOf(root)).filter((name) => name !== 'Some Author/')).toEqual([]);
  });

  it('removes nothing of a newer attempt when it comes late', async () => {
    const newer = path.join(root, 'Some Author', `.Some Book.partial-${randomUUID()}`);
    await mkdir(newer, { recursive: true });
    await expect(publishSet(setOf(files, targetIn(root), { fence: superseded }))).rejects.toMatchObject({
      kind: 'superseded',
    });
    expect((await stat(newer)).isDirectory()).toBe(true);
  });

  it('fails as superseded when a newer attempt takes over behind the fence', async () => {
    let passes = 0;
    // Passed twice: at the start, and a moment before the newer attempt comes.
    const fence = (): Promise<void> => ((passes += 1) <= 2 ? Promise.resolve() : superseded());
    const record = async (): Promise<void> => {
      await publishSet(setOf(files, targetIn(root)));
    };
    await expect(publishSet(setOf(files, targetIn(root), { fence, record }))).rejects.toMatchObject({
      kind: 'superseded',
    });
    expect(await treeOf(root)).toEqual(WHOLE);
  });

  it('ends with one whole set when two attempts run at once, whoever owns the work by then', async () => {
    for (let run = 0; run < 20; run += 1) {
      const shelf = path.join(folder, `shelf-${run}`);
      await mkdir(shelf);
      let [owner, steps] = ['older', 0];
      const attempt = (name: string): Promise<unknown> => {
        const fence = (): Promise<void> => (owner === name ? Promise.resolve() : superseded());
        const verify = (): Promise<void> => {
          // The newer attempt takes over while the older one is at its n-th file.
          if (name === 'older' && (steps += 1) === (run % 3) + 1) takeOver();
          return Promise.resolve();
        };
        return publishSet(setOf(files, targetIn(shelf), { fence, verify }));
      };
      let newer: Promise<unknown> | undefined;
      const takeOver = (): void => {
        owner = 'newer';
        newer = attempt('newer');
      };
      await expect(attempt('older')).rejects.toMatchObject({ kind: 'superseded' });
      await newer;
      expect(await treeOf(shelf)).toEqual(WHOLE);
    }
  });

  it('removes the partials of older attempts at this target only', async () => {
    const old = randomUUID();
    const ofOther = `Some Author/.Other Book.partial-${old}/`;
    for (const name of [
      ofOther,
      `Some Author/.Some Book.partial-${old}/`,
      `${BOOK}/.Some Book.partial-${old}/`,
    ]) {
      await mkdir(path.join(root, name), { recursive: true });
      await writeFile(path.join(root, name, 'x.mp3'), 'half');
    }
    await publishSet(setOf(files, targetIn(root, BOOK)));
    expect(await treeOf(root)).toEqual([...WHOLE, ofOther, `${ofOther}x.mp3`].sort());
  });

  it('throws the reason of an abort in the middle, and leaves nothing', async () => {
    const stop = new AbortController();
    const reason = new Error('paused by a person');
    const sources = await writeSources(path.join(folder, 'large'), 3_000_000);
    const large = sources.map((file) => ('source' in file ? { ...file, own: true } : file));
    const onBytes = (): void => {
      stop.abort(reason);
    };
    const publishing = publishSet(setOf(large, targetIn(root), { signal: stop.signal, onBytes }));
    await expect(publishing).rejects.toBe(reason);
    expect(await treeOf(root)).toEqual([]);
  });

  it('does not pass the fence after an abort', async () => {
    const stop = new AbortController();
    const record = (): Promise<void> => {
      stop.abort(new Error('cancelled'));
      return Promise.resolve();
    };
    const publishing = publishSet(setOf(files, targetIn(root), { signal: stop.signal, record }));
    await expect(publishing).rejects.toThrow('cancelled');
    expect(await treeOf(root)).toEqual([]);
  });

  it('does not make a root anew that is gone (no. 36)', async () => {
    await rm(root, { recursive: true });
    await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'mount_gone',
    });
    await expect(stat(root)).rejects.toThrow('ENOENT');
  });

  it('does not make a root anew that goes away in the middle', async () => {
    const verify = (): Promise<void> => rm(root, { recursive: true, force: true });
    await expect(publishSet(setOf(files, targetIn(root), { verify }))).rejects.toMatchObject({
      kind: 'environment',
      waitingReason: 'mount_gone',
    });
    await expect(stat(root)).rejects.toThrow('ENOENT');
  });

  it('follows no link out of the root, and writes nothing there', async () => {
    const outside = path.join(folder, 'outside');
    await mkdir(outside);
    await symlink(outside, path.join(root, 'Some Author'));
    await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({ kind: 'bad_input' });
    expect(await treeOf(outside)).toEqual([]);
  });

  it('refuses a file where the folder belongs', async () => {
    await writeFile(path.join(root, 'Some Author'), 'a file');
    await expect(publishSet(setOf(files, targetIn(root)))).rejects.toMatchObject({ kind: 'bad_input' });
    expect(await readFile(path.join(root, 'Some Author'), 'utf8')).toBe('a file');
  });
});

describe('withdrawSet', () => {
  it('takes back an uncommitted set, its partials and its empty folders', async () => {
    const published = await publishSet(setOf(files, targetIn(root)));
    await mkdir(path.join(root, 'Some Author', `.Some Book.partial-${randomUUID()}`));
    await withdrawSet(targetIn(root), published);
    expect(await treeOf(root)).toEqual([]);
    await withdrawSet(targetIn(root), published);
  });

  it('keeps what others have put there or changed since, and what was found', async () => {
    await mkdir(path.join(root, BOOK), { recursive: true });
    await writeFile(path.join(root, BOOK, '2 - Some Book.mp3'), Buffer.alloc(1_000, 2));
    const published = await publishSet(setOf(files, targetIn(root, 'Some Author')));
    await writeFile(path.join(root, BOOK, 'metadata.json'), '{"title":"edited"}');
    await withdrawSet(targetIn(root, 'Some Author'), published);
    expect(Object.keys(await readBook(root)).sort()).toEqual(['2 - Some Book.mp3', 'metadata.json']);
  });
});
