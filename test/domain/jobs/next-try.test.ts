import { describe, expect, it } from '@jest/globals';

import { afterFailure, NO_FAILURES } from '../../../src/domain/jobs/next-try.js';

const retry = { waitsMs: [200, 400] };
const failure = (kind: string, retryAfterMs?: number) => ({
  kind,
  message: 'It went wrong',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/** The waits after each of `times` equal failures. */
function waitsOf(times: number, kind: string, retryAfterMs?: number): (number | undefined)[] {
  let counts = NO_FAILURES;
  return Array.from({ length: times }, () => {
    const next = afterFailure(failure(kind, retryAfterMs), counts, retry);
    counts = next.counts;
    return next.waitMs;
  });
}

describe('what comes after a failure', () => {
  it('is each wait of the policy, then the end', () => {
    expect(waitsOf(3, 'transient')).toEqual([200, 400, undefined]);
  });

  it('is the other side’s Retry-After, which buys no further try', () => {
    expect(waitsOf(3, 'throttled', 5_000)).toEqual([5_000, 5_000, undefined]);
  });

  it('is a longer and longer wait for the surroundings, without end and without a try', () => {
    expect(waitsOf(8, 'environment')).toEqual([
      8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
    ]);
    const { counts } = afterFailure(failure('environment'), NO_FAILURES, retry);
    expect(afterFailure(failure('transient'), counts, retry)).toEqual({
      counts: { tries: 1, environment: 1 },
      waitMs: 200,
    });
  });

  it.each(['bad_input', 'credentials', 'gone', 'release_fault', 'superseded', 'defect'])(
    'is the end for %s',
    (kind) => {
      expect(waitsOf(1, kind, 5)).toEqual([undefined]);
    },
  );

  it.each(['parts_failed', 'constructor'])('is a counted try for %s, a kind that nobody named', (kind) => {
    expect(waitsOf(1, kind)).toEqual([200]);
  });
});
