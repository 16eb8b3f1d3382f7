import { describe, expect, it } from '@jest/globals';

import { titleSimilarity } from '../../../src/domain/acquisition/likeness.js';
import {
  hasWords,
  mainTitle,
  normalizeName,
  normalizeTitle,
  requiredWords,
} from '../../../src/domain/acquisition/normalize-title.js';

describe('normalizeTitle', () => {
  it.each([
    ['Café_Society!', 'cafe society'],
    ['Don’t Panic & Carry On', 'dont panic and carry on'],
    ['Straße der Ölsardinen', 'strasse der olsardinen'],
    ['  The  Łódź…Affair ', 'the lodz affair'],
    ['雪国 (Snow Country)', '雪国 snow country'],
  ])('makes "%s" plain', (title, plain) => {
    expect(normalizeTitle(title)).toBe(plain);
  });
});

describe('normalizeName', () => {
  it('writes initials in one way', () => {
    const ways = ['J.R.R. Tolkien', 'J. R. R. Tolkien', 'JRR Tolkien', 'j r r tolkien'];
    expect(new Set(ways.map(normalizeName))).toEqual(new Set(['jrr tolkien']));
  });
});

describe('hasWords', () => {
  it.each([
    ['the time machine', 'the time', true],
    ['the time machine', 'time machine', true],
    ['the time machine', 'the time machine', true],
    ['the time machine', 'machine', true],
    ['the time machine', 'time mach', false],
    ['the time machine', 'he time', false],
    ['timeless time', 'time', true],
    ['time', 'time machine', false],
    ['', 'time', false],
    ['the time machine', '', false],
    ['', '', false],
  ])('looks in "%s" for "%s" as whole words', (text, words, found) => {
    expect(hasWords(text, words)).toBe(found);
  });
});

describe('requiredWords', () => {
  it.each([
    ['The Lord of the Rings: The Two Towers (Unabridged)', ['lord', 'rings']],
    ['[Audio] Der Herr der Ringe', ['herr', 'ringe']],
    ['The The', ['the', 'the']],
    [': A Subtitle Alone', ['subtitle', 'alone']],
  ])('of "%s" are %j', (title, words) => {
    expect(requiredWords(title)).toEqual(words);
  });

  it('come from the whole title where brackets hold all of it', () => {
    expect(mainTitle('(Untitled)')).toBe('(Untitled)');
  });
});

describe('titleSimilarity', () => {
  it('is 1 for equal titles, 0 for nothing shared, and the same both ways', () => {
    expect(titleSimilarity('The Tenant', 'the  tenant!')).toBe(1);
    expect(titleSimilarity('abc', 'xyz')).toBe(0);
    expect(titleSimilarity('', 'xyz')).toBe(0);
    const ways = [
      titleSimilarity('Foundation', 'Foundation and Empire'),
      titleSimilarity('Foundation and Empire', 'Foundation'),
    ];
    expect(ways[0]).toBeCloseTo(ways[1] ?? 0, 10);
  });

  it('counts repeated pairs once each', () => {
    expect(titleSimilarity('aaaa', 'aa')).toBeCloseTo(0.5, 10);
  });
});
