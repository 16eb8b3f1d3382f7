import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { fuzzyMatch, fuzzyScore } from '../../../src/domain/acquisition/fuzzy-match.js';
import type { MatchTarget } from '../../../src/domain/acquisition/match-guards.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';

const ASIMOV: MediaItem = { mediaType: 'audiobook', title: 'Foundation', author: 'Isaac Asimov' };

function target(more: Partial<MatchTarget> = {}): MatchTarget {
  return {
    ...{ id: 'a', title: 'Foundation', author: 'Isaac Asimov', narrator: null },
    ...{ asin: null, isbn: null, durationSeconds: null },
    ...more,
  };
}

const verdictOf = (item: Partial<MediaItem>, ...targets: Partial<MatchTarget>[]): string =>
  fuzzyMatch(
    { ...ASIMOV, ...item },
    targets.map((more, at) => target({ id: String.fromCharCode(97 + at), ...more })),
  ).verdict;

describe('fuzzyScore', () => {
  it('weighs the title 0.7 and the author 0.3', () => {
    // night: ni ig gh ht; nacht: na ac ch ht — one pair of eight shared.
    const item = { ...ASIMOV, title: 'Night', author: 'Abcd' };
    expect(fuzzyScore(item, target({ title: 'Nacht', author: 'Abcd' }))).toBeCloseTo(0.7 * 0.25 + 0.3, 9);
    expect(fuzzyScore(item, target({ title: 'Night', author: 'Wxyz' }))).toBeCloseTo(0.7, 9);
  });

  it('reaches the known traps’ scores, which only the guards keep apart', () => {
    expect(fuzzyScore(ASIMOV, target({ title: 'Foundation and Empire' }))).toBeGreaterThan(0.7);
    const [first, third] = ['Mistborn Volume 01', 'Mistborn Volume 03'] as const;
    expect(fuzzyScore({ ...ASIMOV, title: first }, target({ title: third }))).toBeGreaterThan(0.9);
  });

  it('takes the narrator for the author where that is more alike', () => {
    expect(fuzzyScore(ASIMOV, target({ author: 'Scott Brick', narrator: 'Isaac Asimov' }))).toBe(1);
  });

  it('leaves the edition out of the title', () => {
    for (const suffix of ['(Unabridged)', '[Audiobook]', ' (Unabridged Edition)', '{Retail}'])
      expect(fuzzyScore(ASIMOV, target({ title: `Foundation ${suffix}` }))).toBe(1);
    expect(fuzzyScore(ASIMOV, target({ title: 'Foundation (The Play)' }))).toBeLessThan(1);
  });

  it('judges by the title alone where no author is asked for', () => {
    const { author: _author, ...unsigned } = ASIMOV;
    expect(fuzzyScore(unsigned, target({ author: 'Anybody' }))).toBe(1);
  });
});

describe('fuzzyMatch', () => {
  it.each<[string, Partial<MediaItem>, Partial<MatchTarget>]>([
    ['the same title', {}, {}],
    ['other case, marks and punctuation', { title: 'Café: Noir!' }, { title: 'CAFE NOIR' }],
    ['"(Unabridged)" behind it', { title: 'The Tenant' }, { title: 'The Tenant (Unabridged)' }],
    ['the author in the narrator’s place', {}, { author: 'Scott Brick', narrator: 'Isaac Asimov' }],
    ['an author written otherwise', { author: 'J. R. R. Tolkien' }, { author: 'J.R.R. Tolkien' }],
    ['no author in the library', {}, { author: null }],
    ['no author asked for', { author: undefined } as unknown as Partial<MediaItem>, { author: 'X' }],
    ['a subtitle', { title: 'Sapiens: A Brief History' }, { title: 'Sapiens: A Brief History of Humankind' }],
    ['a number that is the title', { title: 'Fahrenheit 451', seriesPart: '1' }, { title: 'Fahrenheit 451' }],
    ['the first volume, marked', {}, { title: 'Foundation, Book 1' }],
    ['the asked volume', { title: 'Mistborn', seriesPart: '2' }, { title: 'Mistborn, Vol. 02' }],
    [
      'the series in front of the title',
      { title: 'The Hero of Ages', series: 'Mistborn', seriesPart: '3' },
      { title: 'Mistborn 3 - The Hero of Ages' },
    ],
    [
      'another series’ number behind the title',
      { title: 'The Hero of Ages' },
      { title: 'The Hero of Ages: Mistborn, Book 3' },
    ],
    ['a misspelt word', { title: 'The Colour of Magic' }, { title: 'The Color of Magic' }],
    ['a running time 10 % off', { runtimeSeconds: 36_000 }, { durationSeconds: 39_600 }],
    ['an unmeasured running time', { runtimeSeconds: 36_000 }, { durationSeconds: 0 }],
    ['the same ASIN in another case', { asin: 'B0036N4HZC' }, { asin: 'b0036n4hzc' }],
    ['the same ISBN in its short form', { isbn: '9780553293357' }, { isbn: '0-553-29335-4' }],
    [
      'one equal id of two',
      { asin: 'B0036N4HZC', isbn: '9780553293357' },
      { asin: 'B000000000', isbn: '9780553293357' },
    ],
  ])('matches %s', (_what, item, found) => {
    expect(verdictOf(item, found)).toBe('matched');
  });

  it.each<[string, Partial<MediaItem>, Partial<MatchTarget>]>([
    ['a sequel by its extra word', {}, { title: 'Foundation and Empire' }],
    ['the work of which a sequel is asked', { title: 'Foundation and Empire' }, { title: 'Foundation' }],
    ['volume 03 for 01', { title: 'Mistborn Volume 01' }, { title: 'Mistborn Volume 03' }],
    ['another part', { title: 'Henry IV, Part 1' }, { title: 'Henry IV, Part 2' }],
    ['a volume other than the item’s', { title: 'Mistborn', seriesPart: '1' }, { title: 'Mistborn 2' }],
    ['a half volume', { title: 'Mistborn', seriesPart: '1' }, { title: 'Mistborn 1.5' }],
    ['the second volume for an unmarked one', { title: 'Mistborn' }, { title: 'Mistborn: Book 2' }],
    ['an unmarked one for the second volume', { title: 'Mistborn: Book 2' }, { title: 'Mistborn' }],
    [
      'an unmarked one for what is the second by title and part',
      { title: 'Mistborn: Book 2', seriesPart: '2' },
      { title: 'Mistborn' },
    ],
    ['a number word behind the title', { title: 'Station' }, { title: 'Station Eleven' }],
    ['a pack of volumes', { title: 'Mistborn' }, { title: 'Mistborn: Books 1-3' }],
    ['a longer word', { title: 'The Princes' }, { title: 'The Princess' }],
    ['a plural', { title: 'Alien' }, { title: 'Aliens' }],
    ['a word one letter off', { title: 'The House of Light' }, { title: 'The House of Night' }],
    ['another ASIN', { asin: 'B0036N4HZC' }, { asin: 'B000000000' }],
    ['another ISBN', { isbn: '9780553293357' }, { isbn: '9780553293371' }],
    ['a running time too short', { runtimeSeconds: 36_000 }, { durationSeconds: 32_000 }],
    ['a running time too long', { runtimeSeconds: 36_000 }, { durationSeconds: 40_000 }],
    ['less than 70 %', {}, { title: 'Foundation: The Whole Long Story of It All', author: 'Another' }],
  ])('does not match %s', (_what, item, found) => {
    expect(verdictOf(item, found)).toBe('none');
  });

  it('asks a person where the title is equal and the author is another', () => {
    expect(fuzzyMatch(ASIMOV, [target({ author: 'Mercedes Lackey' })])).toEqual({
      verdict: 'needs_decision',
      detail: '"Foundation" is by Mercedes Lackey',
    });
  });

  it('asks a person where the best leads by less than 0.10, and takes it at 0.10', () => {
    expect(verdictOf({}, {}, {})).toBe('needs_decision');
    expect(verdictOf({ author: 'abcd' }, { author: 'abcd' }, { author: 'abce' })).toBe('matched');
    // 12 of 14 pairs; in floating point 0.09999999999999998.
    const [title, misspelt, author] = ['abcdefghijklmno', 'abcdefgxijklmno', 'abce'];
    expect(verdictOf({ title, author: 'abcd' }, { title, author }, { title: misspelt, author })).toBe(
      'matched',
    );
    expect(verdictOf({ author: 'abcde' }, { author: 'abcde' }, { author: 'abcdf' })).toBe('needs_decision');
  });

  it('does not count a guarded one as the next', () => {
    expect(verdictOf({ asin: 'B0036N4HZC' }, {}, { asin: 'B000000000' })).toBe('matched');
  });

  it('finds nothing in an empty library', () => {
    expect(fuzzyMatch(ASIMOV, [])).toMatchObject({ verdict: 'none' });
  });

  it('does not depend on the order of the library', () => {
    const some = fc.record({
      title: fc.constantFrom(
        'Foundation',
        'Foundation (Unabridged)',
        'Foundation and Empire',
        'Foundation 2',
      ),
      author: fc.constantFrom('Isaac Asimov', 'I. Asimov', 'Mercedes Lackey', null),
      durationSeconds: fc.constantFrom(null, 36_000, 10_000),
    });
    const list = fc
      .array(some, { maxLength: 6 })
      .map((all) => all.map((more, at) => target({ ...more, id: String(at) })));
    const shuffled = list.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(fuzzyMatch(ASIMOV, other)).toEqual(fuzzyMatch(ASIMOV, all));
      }),
    );
  });
});
