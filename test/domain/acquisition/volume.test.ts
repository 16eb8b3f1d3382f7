import { describe, expect, it } from '@jest/globals';

import {
  parseVolume,
  statedVolumes,
  volumeBehindTitle,
  volumesOfTitle,
} from '../../../src/domain/acquisition/volume.js';

describe('parseVolume', () => {
  it.each([
    ['03', 3],
    [' 12 ', 12],
    ['1.5', 1.5],
    ['III', 3],
    ['xiv', 14],
    ['Eleven', 11],
    ['0', 0],
  ])('reads "%s" as %f', (text, volume) => {
    expect(parseVolume(text)).toBe(volume);
  });

  it.each(['', '1984', 'iiii', '3a', '1.', '-1', 'half'])('reads no volume in "%s"', (text) => {
    expect(parseVolume(text)).toBeUndefined();
  });
});

describe('statedVolumes', () => {
  it.each([
    ['mistborn book 2', [2], []],
    ['mistborn, vol. ii - the well', [2], []],
    ['the wheel of time book eleven', [11], []],
    ['#4 of a series', [4], []],
    ['band 07', [7], []],
    ['books 1-3', [], [{ from: 1, to: 3 }]],
    ['books 1 to 14', [], [{ from: 1, to: 14 }]],
    ['book 3 - 1984', [3], []],
    ['book 3-2', [3], []],
    ['facebook 2', [], []],
    ['a book 1984', [], []],
  ])('reads "%s"', (title, single, ranges) => {
    expect(statedVolumes(title)).toEqual({ single, ranges });
  });
});

describe('volumesOfTitle', () => {
  it.each([
    ['mistborn 03', [3]],
    ['mistborn 1.5', [1.5]],
    ['henry iv, part 2', [2, 2]],
    ['faust teil i', [1]],
    ['foundation', []],
    ['nineteen eighty-four 1984', []],
  ])('of "%s" are %j', (title, volumes) => {
    expect(volumesOfTitle(title)).toEqual(volumes);
  });
});

describe('volumeBehindTitle', () => {
  it.each([
    [' 2', 2],
    [' ii - rest', 2],
    [' eleven', 11],
    [': book 3', 3],
    [' (vol. 4)', 4],
    [', #5', 5],
    [' 01 m4b', 1],
    [': two million years', undefined],
    [' 64 kbps', undefined],
    [' 2 of 5', undefined],
    [' ten hours', undefined],
    [' 1984', undefined],
    [': mistborn, book 3', undefined],
    ['', undefined],
  ])('of "%s" is %s', (rest, volume) => {
    expect(volumeBehindTitle(rest)).toBe(volume);
  });
});
