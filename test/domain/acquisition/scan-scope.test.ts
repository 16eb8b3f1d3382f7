import { describe, expect, it } from '@jest/globals';

import { coversScope, joinScopes } from '../../../src/domain/acquisition/scan-scope.js';

const folders = { scansFolders: true };
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `A/${index}`);

describe('the scope of one scan for many', () => {
  it.each<[string, string[], string[] | null]>([
    ['folders side by side', ['B', 'A'], ['A', 'B']],
    ['the same folder twice', ['A', 'A'], ['A']],
    ['a folder within another', ['A/B', 'A', 'A/B/C'], ['A']],
    ['names that only begin alike', ['A', 'AB'], ['A', 'AB']],
    ['all of the library beside a folder', ['A', ''], null],
    ['20 folders', many(20), many(20).sort()],
    ['more than 20', many(21), null],
    ['nothing', [], null],
  ])('joins %s', (_what, asked, expected) => {
    expect(joinScopes(asked, folders)).toEqual(expected);
  });

  it('is all of the library where the server scans no folders', () => {
    expect(joinScopes(['A'], { scansFolders: false })).toBeNull();
  });

  it.each<[string[] | null, string, boolean]>([
    [null, 'A', true],
    [['A'], 'A/B', true],
    [['A'], 'AB', false],
    [['A/B'], 'A', false],
    [['A'], '', false],
    [null, '', true],
  ])('%j covers %j: %j', (scanned, path, expected) => {
    expect(coversScope(scanned, path)).toBe(expected);
  });
});
