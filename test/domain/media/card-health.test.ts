import { describe, expect, it } from '@jest/globals';

import {
  afterFault,
  afterTrial,
  HEALTHY,
  QUARANTINE_RULES,
  type CardHealth,
} from '../../../src/domain/media/card-health.js';

const MINUTE = 60_000;

function faultsAt(...times: number[]): CardHealth {
  return times.reduce(
    (health, at) => afterFault(health, { at, reason: `at ${at}` }, QUARANTINE_RULES),
    HEALTHY,
  );
}

describe('a card', () => {
  it('is left alone after three faults within ten minutes, and not after three in an hour', () => {
    expect(faultsAt(0, 5 * MINUTE).quarantine).toBeNull();
    expect(faultsAt(0, 15 * MINUTE, 30 * MINUTE).quarantine).toBeNull();
    const at = 9 * MINUTE;
    expect(faultsAt(0, 5 * MINUTE, at).quarantine).toEqual({
      ...{ since: at, until: at + 10 * MINUTE, reason: `at ${at}` },
    });
  });

  it('stays so until the end, whatever still fails or works', () => {
    const health = faultsAt(0, 1, 2);
    expect(afterFault(health, { at: 3, reason: 'late' }, QUARANTINE_RULES)).toEqual(health);
    expect(afterTrial(health, { at: 3, isGood: true }, QUARANTINE_RULES)).toEqual(health);
  });

  it('is used again after a good trial, and waits twice as long after a bad one, an hour at most', () => {
    let health = faultsAt(0, 0, 0);
    const spans: number[] = [];
    for (let trial = 0; trial < 5; trial += 1) {
      const until = health.quarantine?.until ?? 0;
      expect(afterTrial(health, { at: until, isGood: true }, QUARANTINE_RULES)).toEqual(HEALTHY);
      health = afterTrial(health, { at: until, isGood: false }, QUARANTINE_RULES);
      spans.push((health.quarantine?.until ?? 0) - until);
    }
    expect(spans).toEqual([20, 40, 60, 60, 60].map((minutes) => minutes * MINUTE));
  });
});
