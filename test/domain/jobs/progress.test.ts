import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { addSample, estimate, fraction, type ProgressSample } from '../../../src/domain/jobs/progress.js';

function windowOf(samples: ProgressSample[]): ProgressSample[] {
  return samples.reduce<ProgressSample[]>((window, sample) => addSample(window, sample), []);
}

describe('progress', () => {
  it('tells no rate and no time left before 3 s of movement', () => {
    const window = windowOf([
      { atMs: 0, done: 0 },
      { atMs: 2_900, done: 10 },
    ]);
    expect(estimate(window, 100)).toEqual({ ratePerSecond: null, etaMs: null });
  });

  it('counts from the first movement: what came before was waiting', () => {
    const samples = [0, 1, 2, 3, 4].map((second) => ({ atMs: second * 1_000, done: 0 }));
    const begun = windowOf([...samples, { atMs: 5_000, done: 1 }, { atMs: 6_000, done: 11 }]);
    expect(estimate(begun, 100)).toEqual({ ratePerSecond: null, etaMs: null });
    const meaningful = windowOf([...begun, { atMs: 8_000, done: 40 }]);
    expect(estimate(meaningful, 100)).toEqual({ ratePerSecond: 10, etaMs: 6_000 });
  });

  it('tells the time left at the rate of the last 15 s', () => {
    const window = windowOf([
      { atMs: 0, done: 0 },
      { atMs: 10_000, done: 1 },
      { atMs: 20_000, done: 11 },
    ]);
    expect(estimate(window, 21)).toEqual({ ratePerSecond: 1, etaMs: 10_000 });
  });

  it('tells no time left while nothing moves or the total is unknown', () => {
    const still = windowOf([
      { atMs: 0, done: 5 },
      { atMs: 5_000, done: 5 },
    ]);
    expect(estimate(still, 10).etaMs).toBeNull();
    const moving = windowOf([
      { atMs: 0, done: 0 },
      { atMs: 5_000, done: 5 },
    ]);
    expect(estimate(moving, null)).toEqual({ ratePerSecond: 1, etaMs: null });
  });

  it('tells no time before now when more was done than was expected', () => {
    const window = windowOf([
      { atMs: 0, done: 0 },
      { atMs: 5_000, done: 20 },
    ]);
    expect(estimate(window, 10)).toEqual({ ratePerSecond: 4, etaMs: 0 });
  });

  it('is always between 0 and 1', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.option(fc.double({ noNaN: true })), (done, total) => {
        const share = fraction(done, total);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });
});
