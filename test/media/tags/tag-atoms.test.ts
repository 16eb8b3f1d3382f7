import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { asinAtom, placeTagAtoms, readTagAtoms, tagPlaceholder } from '../../../src/media/tags/tag-atoms.js';
import { atom, freeform, moovOf, text } from './atoms.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-atoms-'));
  file = path.join(folder, 'x.m4b');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const FILE_TYPE = atom('ftyp', Buffer.from('M4A \0\0\0\0', 'latin1'));
const SOUND = atom('mdat', Buffer.from('sound'));

describe('the tags of an MP4', () => {
  it('are told by their types, and freeform ones by their names', async () => {
    await writeFile(
      file,
      Buffer.concat([FILE_TYPE, moovOf([text('©nam', 'A'), freeform('ISBN', '1')]), SOUND]),
    );
    expect((await readTagAtoms(file)).map(({ name }) => name)).toEqual([
      '©nam',
      '----:com.apple.iTunes:ISBN',
    ]);
  });

  it('are none where there is no list of them', async () => {
    await writeFile(file, Buffer.concat([FILE_TYPE, atom('moov', Buffer.alloc(0)), SOUND]));
    expect(await readTagAtoms(file)).toEqual([]);
  });

  it('take the place that was kept for them, and nothing after them moves', async () => {
    const atoms = [asinAtom('B000000001'), ...[freeform('ISBN', '1'), freeform('asin', 'old')].map(named)];
    const there = [text('©nam', 'A'), text('keyw', tagPlaceholder(atoms)), freeform('ISBN', 'mine')];
    const before = Buffer.concat([FILE_TYPE, moovOf(there), SOUND]);
    await writeFile(file, before);
    await placeTagAtoms(file, atoms);
    const after = await readFile(file);
    expect(after.length).toBe(before.length);
    expect(after.subarray(-SOUND.length)).toEqual(SOUND);
    const names = (await readTagAtoms(file)).map(({ name }) => name);
    // What the file has already is not doubled.
    expect(names.filter((name) => name.endsWith('ISBN'))).toHaveLength(1);
    expect(names).toContain('----:com.apple.iTunes:ASIN');
    expect(names).not.toContain('keyw');
  });

  it.each([
    ['no table of contents', Buffer.concat([FILE_TYPE])],
    ['no list of tags', Buffer.concat([FILE_TYPE, atom('moov', Buffer.alloc(0))])],
    ['no place for them', Buffer.concat([FILE_TYPE, moovOf([text('©nam', 'A')])])],
    ['too small a place', Buffer.concat([FILE_TYPE, moovOf([text('keyw', tagPlaceholder([]))])])],
    ['a size that is none', Buffer.concat([FILE_TYPE, Buffer.from('\0\0\0\u0001moov', 'latin1')])],
  ])('are not written into a file with %s, which stays as it was', async (_what, bytes) => {
    await writeFile(file, bytes);
    const atoms = [named(freeform('COMMENT', 'x'.repeat(200)))];
    await expect(placeTagAtoms(file, atoms)).rejects.toMatchObject({ kind: 'transient' });
    expect(await readFile(file)).toEqual(bytes);
  });
});

function named(bytes: Buffer): { name: string; bytes: Buffer } {
  const name = bytes.toString('latin1', bytes.indexOf('name') + 8, bytes.indexOf('data') - 4);
  return { name: `----:com.apple.iTunes:${name}`, bytes };
}
