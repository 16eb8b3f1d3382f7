import { describe, expect, it } from '@jest/globals';

import {
  environmentWaitMs,
  QUEUES,
  QUEUES_WITH_POSITION,
  retryWaits,
} from '../../../src/domain/jobs/policy.js';

describe('the waits before each further try (D3)', () => {
  it.each<[string, number[], number | undefined, number[]]>([
    ['are the type’s, where nothing is wished', [2, 4, 8], undefined, [2, 4, 8]],
    ['are none for no retry', [2, 4, 8], 0, []],
    ['are fewer for fewer retries', [2, 4, 8], 2, [2, 4]],
    ['repeat the last for more retries', [2, 4, 8], 5, [2, 4, 8, 8, 8]],
    ['are a second each for a type without its own', [], 2, [1_000, 1_000]],
  ])('%s', (_what, waitsMs, maxRetries, waits) => {
    expect(retryWaits(waitsMs, maxRetries)).toEqual(waits);
  });

  it('are those of acquisition.md §1.4 for the environment: 8 s to 5 min, without end', () => {
    expect([1, 2, 3, 6, 7, 10_000].map(environmentWaitMs)).toEqual([
      8_000, 16_000, 32_000, 256_000, 300_000, 300_000,
    ]);
  });
});

it('the queues that show a position are queues, and never the one of workflow tasks', () => {
  expect(QUEUES).toEqual(expect.arrayContaining([...QUEUES_WITH_POSITION]));
  expect(QUEUES_WITH_POSITION).not.toContain('workflows');
});
