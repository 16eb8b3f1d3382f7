import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { makeJobId, makeShortId } from '../../../src/domain/jobs/job-id.js';

const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 });

describe('a job id', () => {
  it('is the type and 8 of Crockford base32, without i, l, o and u', () => {
    fc.assert(
      fc.property(bytes, (random) => {
        expect(makeJobId('demo_steps', random)).toMatch(/^demo_steps-[0-9a-hjkmnp-tv-z]{8}$/);
      }),
    );
  });

  it('uses 5 bits of each byte: two ids are equal exactly where those are', () => {
    const low = (random: Uint8Array): number[] => Array.from(random, (byte) => byte & 31);
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        expect(makeShortId(one) === makeShortId(other)).toBe(low(one).join() === low(other).join());
      }),
    );
    const every = Array.from({ length: 32 }, (_, bits) => makeShortId(new Uint8Array(8).fill(bits)));
    expect(new Set(every).size).toBe(32);
    expect(makeShortId(new Uint8Array(8).fill(32 + 7))).toBe(every[7]);
  });
});
