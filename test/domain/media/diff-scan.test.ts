import { describe, expect, it } from '@jest/globals';

import {
  diffScan,
  hasChanged,
  movedFrom,
  type FoundFile,
  type KnownFile,
} from '../../../src/domain/media/diff-scan.js';

const NOW = 1_700_000_000_000;
const OLD = NOW - 3_600_000;
const rules = { nowMs: NOW, quietSeconds: 60, skipExisting: true };

function file(own: Partial<FoundFile> = {}): FoundFile {
  return { path: 'v/a.mp4', sizeBytes: 10, modifiedMs: OLD, device: '1', inode: '7', ...own };
}

function row(own: Partial<KnownFile> = {}): KnownFile {
  return { path: 'v/a.mp4', sizeBytes: 10, modifiedMs: OLD, inode: '7', probed: true, ...own };
}

function verdict(found: FoundFile, known?: KnownFile, own: Partial<typeof rules> = {}): string | undefined {
  const rows = new Map(known === undefined ? [] : [[known.path, known]]);
  return diffScan([found], rows, { ...rules, ...own })[0]?.verdict;
}

describe('diffScan', () => {
  it.each([
    ['nobody knows', verdict(file()), 'new'],
    ['is as it was, on another device number too', verdict(file({ device: '2' }), row()), 'unchanged'],
    ['has another size', verdict(file({ sizeBytes: 11 }), row()), 'changed'],
    [
      'has another time, by a fraction of a millisecond',
      verdict(file({ modifiedMs: OLD + 0.25 }), row()),
      'changed',
    ],
    ['has another inode alone', verdict(file({ inode: '8' }), row()), 'renumbered'],
    ['nobody could look into so far', verdict(file(), row({ probed: false })), 'changed'],
    ['is known and asked for all the same', verdict(file(), row(), { skipExisting: false }), 'reopened'],
    ['was written just now', verdict(file({ modifiedMs: NOW - 59_000 })), 'tooYoung'],
    ['was changed just now', verdict(file({ modifiedMs: NOW - 59_000 }), row()), 'tooYoung'],
    [
      'is known, however young',
      verdict(file({ modifiedMs: NOW - 1 }), row({ modifiedMs: NOW - 1 })),
      'unchanged',
    ],
    ['a clock that goes ahead has dated', verdict(file({ modifiedMs: NOW + 5_000 })), 'tooYoung'],
    ['is dated years ahead, which says nothing', verdict(file({ modifiedMs: NOW + 1e12 })), 'new'],
    [
      'is young where nobody waits',
      verdict(file({ modifiedMs: NOW }), undefined, { quietSeconds: 0 }),
      'new',
    ],
  ])('a file that %s', (_what, told, expected) => {
    expect(told).toBe(expected);
  });

  it('keeps the order of the files', () => {
    const found = ['c', 'a', 'b'].map((path) => file({ path }));
    expect(diffScan(found, new Map(), rules).map((scanned) => scanned.file.path)).toEqual(['c', 'a', 'b']);
  });
});

it('a file that grows between two looks has changed', () => {
  expect(hasChanged(file(), file())).toBe(false);
  expect(hasChanged(file(), file({ sizeBytes: 11 }))).toBe(true);
  expect(hasChanged(file(), file({ inode: '8' }))).toBe(true);
});

it('a moved file is known by size, time and content together', () => {
  const moved = { id: '1', path: 'v/old.mp4', sizeBytes: 10, modifiedMs: OLD, headTailHash: 'h' };
  const others = [
    { ...moved, id: '2', sizeBytes: 11 },
    { ...moved, id: '3', modifiedMs: OLD + 1 },
    { ...moved, id: '4', headTailHash: 'other' },
    { ...moved, id: '5', headTailHash: null },
    { ...moved, id: '6', path: 'v/a.mp4' },
  ];
  expect(movedFrom(file(), 'h', [moved, ...others]).map(({ id }) => id)).toEqual(['1']);
});
