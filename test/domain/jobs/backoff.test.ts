import { expect, it } from '@jest/globals';
import fc from 'fast-check';

import { doublingWait } from '../../../src/domain/jobs/backoff.js';

it('a wait doubles with each failure up to its maximum', () => {
  const waits = [1, 2, 3, 4, 5].map((failures) => doublingWait(failures, { first: 100, max: 700 }));
  expect(waits).toEqual([100, 200, 400, 700, 700]);
});

it('a wait never shrinks, never leaves its bounds, and is a number after years of failures', () => {
  const bounds = fc.record({ first: fc.integer({ min: 1, max: 60_000 }), more: fc.nat(3_600_000) });
  fc.assert(
    fc.property(bounds, fc.nat(100_000), ({ first, more }, failures) => {
      const limits = { first, max: first + more };
      const wait = doublingWait(failures, limits);
      expect(wait).toBeGreaterThanOrEqual(first);
      expect(wait).toBeLessThanOrEqual(limits.max);
      expect(doublingWait(failures + 1, limits)).toBeGreaterThanOrEqual(wait);
    }),
  );
});
