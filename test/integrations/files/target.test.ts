import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { locateTarget, removeEmptyFolders } from '../../../src/integrations/files/target.js';
import { treeOf } from './sets.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-target-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('locateTarget', () => {
  it('tells which part is there', async () => {
    expect(await locateTarget(folder, 'Author/Book')).toEqual({ path: 'Author/Book', kept: '' });
    await mkdir(path.join(folder, 'Author'));
    expect(await locateTarget(folder, 'Author/Book')).toEqual({ path: 'Author/Book', kept: 'Author' });
    await mkdir(path.join(folder, 'Author/Book'));
    expect(await locateTarget(folder, 'Author/Book')).toEqual({ path: 'Author/Book', kept: 'Author/Book' });
  });

  it('takes the spelling that is there: other case, other form of the same accents (no. 38)', async () => {
    const there = 'Brontë'.normalize('NFD');
    await mkdir(path.join(folder, there, 'VILLETTE'), { recursive: true });
    expect(await locateTarget(folder, 'Brontë/Villette')).toEqual({
      path: `${there}/VILLETTE`,
      kept: `${there}/VILLETTE`,
    });
  });

  it('prefers the equal name where twins stand side by side', async () => {
    for (const name of ['AUTHOR', 'Author', 'author']) await mkdir(path.join(folder, name));
    expect((await locateTarget(folder, 'author/Book')).path).toBe('author/Book');
    expect((await locateTarget(folder, 'aUTHOR/Book')).path).toBe('AUTHOR/Book');
  });
});

describe('removeEmptyFolders', () => {
  it('goes up to the part that was there, and stops at the first folder that holds something', async () => {
    await mkdir(path.join(folder, 'a/b/c'), { recursive: true });
    await removeEmptyFolders({ root: folder, path: 'a/b/c', kept: 'a' });
    expect(await treeOf(folder)).toEqual(['a/']);
    await mkdir(path.join(folder, 'a/b/c'), { recursive: true });
    await writeFile(path.join(folder, 'a/notes.txt'), '');
    await removeEmptyFolders({ root: folder, path: 'a/b/c', kept: '' });
    expect(await treeOf(folder)).toEqual(['a/', 'a/notes.txt']);
  });
});
