import { expect, it } from '@jest/globals';

import { nextSearchWaitMs } from '../../../src/domain/acquisition/search-interval.js';

const hours = (pass: number, random: number): number => nextSearchWaitMs(pass, random) / 3_600_000;

it('searches again after 1 h, 6 h, 24 h and 72 h, then every 7 days without end', () => {
  expect([1, 2, 3, 4, 5, 6, 500].map((pass) => hours(pass, 0.5))).toEqual([1, 6, 24, 72, 168, 168, 168]);
});

it('waits at most a tenth less or more', () => {
  expect([hours(1, 0), hours(1, 1), hours(9, 0), hours(9, 1)]).toEqual([0.9, 1.1, 151.2, 184.8]);
});

it('takes a pass before the first for the first', () => {
  expect(hours(0, 0.5)).toBe(1);
});
