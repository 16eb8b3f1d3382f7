import { describe, expect, it } from '@jest/globals';

import { parseLanguage } from '../../../src/domain/acquisition/language.js';
import { parseReleaseTitle } from '../../../src/domain/acquisition/parse-release-title.js';

describe('parseLanguage', () => {
  it.each([
    ['en', 'en'],
    ['eng', 'en'],
    ['English', 'en'],
    ['en-US', 'en'],
    ['pt_BR', 'pt'],
    [' Français ', 'fr'],
    ['ESPAÑOL', 'es'],
    ['deu', 'de'],
    ['ger', 'de'],
  ])('reads "%s" as %s', (text, language) => {
    expect(parseLanguage(text)).toBe(language);
  });

  it.each(['', 'xx', 'Klingon', 'constructor', '__proto__', 'english (us)'])('does not know "%s"', (text) => {
    expect(parseLanguage(text)).toBeUndefined();
  });
});

describe('the languages of a release’s name', () => {
  it.each<[string, string[]]>([
    ['Foundation German M4B', ['de']],
    ['Foundation [DE]', ['de']],
    ['Foundation [EN/DE]', ['en', 'de']],
    ['Foundation (M4B, eng, 64kbps)', ['en']],
    ['Foundation [1951] [Unabridged, FR]', ['fr']],
    ['Foundation [English] [EN]', ['en']],
    ['Foundation Deutsch [English]', ['de', 'en']],
  ])('of "%s" are %j', (title, languages) => {
    expect(parseReleaseTitle(title).languages.toSorted()).toEqual(languages.toSorted());
  });

  it.each([
    'Foundation M4B (no chapters)',
    'Foundation (read by Dan Stevens)',
    'Foundation (read by Fi Glover)',
    'Foundation (Part of It)',
    'Foundation de Luxe M4B',
    'Foundation no 1',
  ])('are not told by "%s"', (title) => {
    expect(parseReleaseTitle(title).languages).toEqual([]);
  });
});
