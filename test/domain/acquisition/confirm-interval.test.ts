import { describe, expect, it } from '@jest/globals';

import { confirmLook } from '../../../src/domain/acquisition/confirm-interval.js';

describe('the looks for what was filed', () => {
  const looks = Array.from({ length: 16 }, (_, at) => confirmLook(at + 1));

  it('come after 5, 15, 30 and 60 s, then each 2 min to a quarter of an hour, then each 6 h', () => {
    const quick = [5, 15, 30, 60, 120, 120, 120, 120, 120, 120, 120];
    expect(looks.map(({ waitMs }) => waitMs / 1_000)).toEqual([
      ...quick,
      ...Array.from({ length: 5 }, () => 21_600),
    ]);
    expect(quick.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(16 * 60);
  });

  it('read the whole library only after the quick ones', () => {
    expect(looks.findIndex(({ whole }) => whole)).toBe(11);
    expect(confirmLook(1_000)).toEqual({ waitMs: 21_600_000, whole: true });
  });
});
