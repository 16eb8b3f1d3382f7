import { describe, expect, it } from '@jest/globals';

import { createRateLimit } from '../../../src/api/access/rate-limit.js';

function limitAt(): { limit: ReturnType<typeof createRateLimit>; pass: (ms: number) => void } {
  let now = 1_000;
  return {
    limit: createRateLimit({ max: 3, windowMs: 60_000, now: () => now }),
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('createRateLimit', () => {
  it('lets a key wait from its third failure until the first is a minute old', () => {
    const { limit, pass } = limitAt();
    for (let number = 0; number < 3; number += 1) {
      expect(limit.waitMs('a')).toBe(0);
      limit.record('a');
      pass(1_000);
    }
    expect(limit.waitMs('a')).toBe(57_000);
    pass(57_000);
    expect(limit.waitMs('a')).toBe(0);
    limit.record('a');
    expect(limit.waitMs('a')).toBe(1_000);
  });

  it('counts each key for itself', () => {
    const { limit } = limitAt();
    for (let number = 0; number < 5; number += 1) limit.record('a');
    expect(limit.waitMs('b')).toBe(0);
  });

  it('forgets the oldest key when there are too many', () => {
    const { limit } = limitAt();
    for (let number = 0; number < 3; number += 1) limit.record('first');
    expect(limit.waitMs('first')).toBeGreaterThan(0);
    for (let number = 0; number < 10_000; number += 1) limit.record(`other ${number}`);
    expect(limit.waitMs('first')).toBe(0);
  });
});
