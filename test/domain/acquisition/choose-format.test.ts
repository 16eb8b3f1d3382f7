import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { chooseFormat, type SoundFile } from '../../../src/domain/acquisition/choose-format.js';

function files(...given: [string, number][]): SoundFile[] {
  return given.map(([path, durationSeconds]) => ({ path, durationSeconds }));
}

function chosen(...given: [string, number][]): string[] {
  return chooseFormat(files(...given)).map(({ path }) => path);
}

const anyFiles = fc.array(
  fc.record({
    path: fc.constantFrom('1.mp3', 'CD1/2.MP3', '3.m4b', '4.m4a', '5.flac', 'none'),
    durationSeconds: fc.integer({ min: 0, max: 100 }),
  }),
);

describe('chooseFormat', () => {
  it('takes the M4B of a book that comes as M4B and as MP3', () => {
    expect(chosen(['a/1.mp3', 50], ['a/2.mp3', 52], ['b/book.m4b', 100])).toEqual(['b/book.m4b']);
    expect(chosen(['1.flac', 100], ['1.MP3', 95])).toEqual(['1.MP3']);
  });

  it('keeps all where the formats are parts of one book', () => {
    expect(chosen(['1.mp3', 50], ['2.m4b', 40])).toEqual(['1.mp3', '2.m4b']);
  });

  it('takes MP4 and M4A for one format with M4B', () => {
    expect(chosen(['1.m4a', 50], ['2.mp4', 50])).toEqual(['1.m4a', '2.mp4']);
  });

  it('chooses from what is given, in its order, and the same whatever the order', () => {
    fc.assert(
      fc.property(anyFiles, (given) => {
        const result = chooseFormat(given);
        expect(result).toEqual(given.filter((file) => result.includes(file)));
        expect(result.length > 0).toBe(given.length > 0);
        expect(new Set(chooseFormat([...given].reverse()))).toEqual(new Set(result));
      }),
    );
  });
});
