import { mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ROOTS, type Root } from '../../../src/domain/logical-path.js';
import { createRoots, type Roots } from '../../../src/integrations/files/roots.js';

let folder: string;
let data: string;
let mounted: string;
let roots: Roots;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-roots-'));
  data = path.join(folder, 'data');
  mounted = path.join(folder, 'mnt', 'library');
  await mkdir(mounted, { recursive: true });
  roots = makeRoots();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function makeRoots(): Roots {
  const folders = Object.fromEntries(ROOTS.map((root) => [root, path.join(data, root)])) as Record<
    Root,
    string
  >;
  return createRoots({ ...folders, library: mounted }, { madeBelow: data });
}

describe('createRoots', () => {
  it('makes the roots of the data folder, and none that a person has placed elsewhere', async () => {
    expect((await stat(path.join(data, 'downloads'))).isDirectory()).toBe(true);
    await rm(path.join(folder, 'mnt'), { recursive: true });
    expect(makeRoots().folderOf('library')).toBe(mounted);
    await expect(stat(mounted)).rejects.toThrow('ENOENT');
  });

  it('waits for a root that is gone, and does not make it anew', async () => {
    await rm(mounted, { recursive: true });
    expect(() => roots.resolve('library:Author/Book')).toThrow(
      expect.objectContaining({ kind: 'environment', waitingReason: 'mount_gone' }),
    );
    await expect(stat(mounted)).rejects.toThrow('ENOENT');
  });
});

describe('resolve', () => {
  it('leads below its root, whether the path is there or not', () => {
    expect(roots.resolve('library:')).toBe(mounted);
    expect(roots.resolve('library:Author/Book')).toBe(path.join(mounted, 'Author', 'Book'));
  });

  it.each([
    'library:../x',
    'library:a/../../x',
    'library:/etc/passwd',
    'nowhere:x',
    'library',
    'library:a\0b',
  ])('refuses %j', (logical) => {
    expect(() => roots.resolve(logical)).toThrow(expect.objectContaining({ kind: 'bad_input' }));
  });

  it('follows a root that is a link itself, and links inside the root', async () => {
    const linked = path.join(folder, 'linked');
    await symlink(mounted, linked);
    await mkdir(path.join(mounted, 'real'));
    await symlink('real', path.join(mounted, 'alias'));
    const folders = Object.fromEntries(ROOTS.map((root) => [root, linked])) as Record<Root, string>;
    const viaLink = createRoots(folders, { madeBelow: data });
    expect(viaLink.resolve('library:alias/new')).toBe(path.join(linked, 'alias', 'new'));
  });

  it.each([
    ['to a folder outside', '/etc'],
    ['to a sibling whose name begins alike', '../library-other'],
    ['to nothing that is there yet, where a write would land', '../not-there-yet'],
  ])('refuses a link %s', async (_what, leads) => {
    await mkdir(path.join(folder, 'mnt', 'library-other'));
    await symlink(leads, path.join(mounted, 'out'));
    for (const logical of ['library:out', 'library:out/new/file']) {
      expect(() => roots.resolve(logical)).toThrow(expect.objectContaining({ kind: 'bad_input' }));
    }
  });

  it('refuses a link that leads to itself', async () => {
    await symlink('loop', path.join(mounted, 'loop'));
    expect(() => roots.resolve('library:loop/x')).toThrow(expect.objectContaining({ kind: 'bad_input' }));
  });
});

describe('toLogical', () => {
  it('is the way back', () => {
    const logical = 'library:Author/..Book';
    expect(roots.toLogical(roots.resolve(logical))).toBe(logical);
  });

  it('refuses what lies in no root', () => {
    expect(() => roots.toLogical(`${mounted}-other/x`)).toThrow(
      expect.objectContaining({ kind: 'bad_input' }),
    );
    expect(() => roots.toLogical(path.join(mounted, '..', 'x'))).toThrow('below one of the roots');
  });
});
