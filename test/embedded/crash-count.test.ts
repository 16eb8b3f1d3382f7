import { describe, expect, it } from '@jest/globals';

import { CRASH_LIMIT, createCrashCount } from '../../src/embedded/crash-count.js';

const MINUTE = 60_000;

describe('createCrashCount', () => {
  it('holds after 5 crashes in 10 min, and then after each one until it is well again', () => {
    let now = 0;
    const count = createCrashCount(CRASH_LIMIT, () => now);
    for (let crash = 1; crash < 5; crash += 1) {
      expect(count.crashed()).toBe(false);
      now += 2 * MINUTE;
    }
    expect(count.crashed()).toBe(true);
    now += 60 * MINUTE;
    expect(count.crashed()).toBe(true);
    count.settled();
    expect(count.isHeld()).toBe(false);
    expect(count.crashed()).toBe(false);
  });

  it('forgets what lies longer back', () => {
    let now = 0;
    const count = createCrashCount(CRASH_LIMIT, () => now);
    for (let crash = 0; crash < 20; crash += 1) {
      expect(count.crashed()).toBe(false);
      now += 3 * MINUTE;
    }
  });
});
