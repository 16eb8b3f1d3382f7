import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { compilePattern } from '../../../src/domain/acquisition/pattern.js';

describe('a pattern', () => {
  it.each<[string, string, boolean]>([
    ['m4b', 'Foundation [M4B]', true],
    ['M4B', 'foundation m4b', true],
    ['^isaac', 'Isaac Asimov', true],
    ['^asimov', 'Isaac Asimov', false],
    ['asimov$', 'Isaac Asimov', true],
    ['\\bcut\\b', "Director's Cut", true],
    ['\\bcut\\b', 'Cutting Edge', false],
    ['\\Bcut', 'uncut', true],
    ['web[ ._-]?dl', 'The.Film.WEB-DL', true],
    ['web[ ._-]?dl', 'The Film WEB/DL', false],
    ['(?:x|h)[. ]?26[45]', 'Film H.265', true],
    ['(a|b)+c', 'xxababc', true],
    ['\\d{3,4}p', 'Film 1080p', true],
    ['^\\d{3}$', '1234', false],
    ['a{2}', 'baab', true],
    ['a{3}', 'baab', false],
    ['ab{2,}c', 'abbbbc', true],
    ['[^a-c]', 'abc', false],
    ['[^a-c]', 'abcd', true],
    ['[\\w]+\\s[\\d]+', 'Band 12', true],
    ['[a\\-z]', '-', true],
    ['[a-]', '-', true],
    ['c\\+\\+', 'Learn C++', true],
    ['.', '', false],
    ['a*', '', true],
    ['', 'x', true],
    ['über', 'ÜBER DEN FLUSS', true],
    ['\\w', 'é', true],
    ['a|', 'zzz', true],
  ])('%s in "%s": %s', (pattern, text, expected) => {
    if (pattern === '') expect(() => compilePattern(pattern)).toThrow('Expected a pattern of 1 to 500');
    else expect(compilePattern(pattern).test(text)).toBe(expected);
  });

  it.each([
    ['(', 'Expected ")"'],
    [')', 'its "(" before this ")"'],
    ['[a', 'more behind its end'],
    ['*a', 'something to repeat'],
    ['a**', 'something to repeat'],
    ['^*', 'something to repeat'],
    ['(?=a)', 'looking ahead or back is not supported, use a negated condition'],
    ['(?<!a)b', 'looking ahead or back'],
    ['(a)\\1', '"\\1" is not supported'],
    ['\\p{L}', '"\\p" is not supported'],
    ['[z-a]', 'a range that goes upwards'],
    ['a{3,2}', 'a count that goes upwards'],
    ['a{101}', 'a count of at most 100'],
    ['((a{100}){100}){100}', 'Expected a smaller pattern'],
    ['('.repeat(60), 'at most 50 groups'],
    ['a'.repeat(501), 'Expected a pattern of 1 to 500'],
  ])('%s is refused', (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(reason);
  });

  it.each([
    ['nested quantifiers', '(a+)+$'],
    ['nested quantifiers of nothing', '(a*)*b'],
    ['alternatives that overlap', '(a|a)*b'],
    ['many quantifiers in a row', 'a*a*a*a*a*a*a*a*a*a*b'],
    ['counts of counts', '((a?){30}a{30}){1}b'],
    ['nothing, very often', '(((){100}){100}){100}b'],
  ])('needs no more than one pass for %s', (_what, source) => {
    const pattern = compilePattern(source);
    const started = performance.now();
    expect(pattern.test(`${'a'.repeat(499)}!`)).toBe(false);
    // A pattern that goes back and forth would need years; one pass takes milliseconds on the slowest machine.
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('looks at the first 500 characters', () => {
    expect(compilePattern('b').test(`${'a'.repeat(499)}b`)).toBe(true);
    expect(compilePattern('b').test(`${'a'.repeat(500)}b`)).toBe(false);
  });

  it('finds what the built-in engine finds', () => {
    const part = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', '\\b', '1', ' ');
    const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}');
    const piece = fc.tuple(part, quantifier).map(([one, many]) => (one === '\\b' ? one : one + many));
    const flat = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
    const grouped = fc
      .tuple(flat, flat, quantifier, flat)
      .map(([one, other, many, rest]) => `(?:${one}|${other})${many}${rest}`);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '1', ' ', '-'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(flat, grouped), text, (source, subject) => {
        const builtIn = new RegExp(source, 'is').test(subject);
        expect([source, subject, compilePattern(source).test(subject)]).toEqual([source, subject, builtIn]);
      }),
      { numRuns: 2_000 },
    );
  });
});
