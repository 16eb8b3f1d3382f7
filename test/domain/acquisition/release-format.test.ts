import { describe, expect, it } from '@jest/globals';

import {
  isEncrypted,
  kindOfFormat,
  parseFormat,
  type ContentKind,
} from '../../../src/domain/acquisition/release-format.js';

describe('a format', () => {
  it.each<[ContentKind, string[]]>([
    ['audio', ['m4b', 'm4a', 'mp3', 'flac', 'ogg', 'opus', 'aac', 'wav', 'wma', 'aiff', 'mka', 'aa', 'aax']],
    ['text', ['epub', 'pdf', 'mobi', 'azw3', 'azw', 'fb2', 'cbz', 'cbr']],
    ['video', ['mkv', 'x265', 'bluray', '1080p']],
  ])('of kind %s is known by the word of acquisition.md §5.4', (kind, words) => {
    for (const word of words) {
      const format = parseFormat(word);
      expect([word, format === undefined ? undefined : kindOfFormat(format)]).toEqual([word, kind]);
    }
  });

  it.each(['', 'txt', 'toString', 'constructor', 'M4B '])('is not "%s"', (word) => {
    expect(parseFormat(word)).toBeUndefined();
  });
});

describe('isEncrypted', () => {
  it('is true where all the audio on offer is Audible’s', () => {
    expect(isEncrypted(['aax'])).toBe(true);
    expect(isEncrypted(['aa', 'aax'])).toBe(true);
    expect(isEncrypted(['aax', 'epub'])).toBe(true);
  });

  it('is false where a playable format or no audio at all is named', () => {
    expect(isEncrypted(['aax', 'm4b'])).toBe(false);
    expect(isEncrypted(['epub'])).toBe(false);
    expect(isEncrypted([])).toBe(false);
  });
});
