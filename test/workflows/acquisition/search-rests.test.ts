import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { HOUR_MS, MINUTE_MS } from '../../../src/domain/durations.js';
import { SearchRests } from '../../../src/workflows/acquisition/search-rests.js';

beforeEach(() => {
  // No jitter.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('rests between two searches', () => {
  it('grow with each that was waited for, and are not used up by what is held meanwhile', () => {
    const rests = new SearchRests(undefined);
    expect(rests.heldMs()).toBe(HOUR_MS);
    expect(rests.heldMs()).toBe(HOUR_MS);
    expect(rests.regularMs()).toBe(HOUR_MS);
    expect(rests.heldMs()).toBe(6 * HOUR_MS);
    expect([rests.regularMs(), rests.regularMs(), rests.regularMs()]).toEqual([
      6 * HOUR_MS,
      24 * HOUR_MS,
      72 * HOUR_MS,
    ]);
    expect(rests.heldMs()).toBe(168 * HOUR_MS);
  });

  it('are short after failures that were no release’s own, and short anew after a clean search', () => {
    const rests = new SearchRests(undefined);
    expect([rests.soonMs(), rests.soonMs()]).toEqual([5 * MINUTE_MS, 10 * MINUTE_MS]);
    expect(rests.regularMs()).toBe(HOUR_MS);
    expect(rests.soonMs()).toBe(5 * MINUTE_MS);
    expect(rests.counted).toEqual({ regular: 1, soon: 1 });
  });

  it('go on from what a run before has counted, not from its number of searches', () => {
    expect(new SearchRests({ pass: 9, rests: { regular: 1, soon: 4 } }).heldMs()).toBe(6 * HOUR_MS);
    expect(new SearchRests({ pass: 9 }).heldMs()).toBe(168 * HOUR_MS);
  });
});
