import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { moveDemoItem, type DemoItemFacts } from '../../../src/domain/demo/demo-item.js';

const item = (given: Partial<DemoItemFacts>): DemoItemFacts => ({
  durationMs: 1_000,
  stallAtMs: 400,
  stallForMs: 300,
  elapsedMs: 0,
  stalledMs: 0,
  ...given,
});

describe('a demo item', () => {
  it.each([
    ['moves', {}, 100, { state: 'moving', elapsedMs: 100, stalledMs: 0 }],
    ['stands still where it shall', {}, 500, { state: 'stalled', elapsedMs: 400, stalledMs: 100 }],
    [
      'stands still on',
      { elapsedMs: 400, stalledMs: 100 },
      100,
      { state: 'stalled', elapsedMs: 400, stalledMs: 200 },
    ],
    [
      'goes on afterwards',
      { elapsedMs: 400, stalledMs: 200 },
      150,
      { state: 'moving', elapsedMs: 450, stalledMs: 300 },
    ],
    ['ends after its time and its stall', {}, 1_300, { state: 'complete', elapsedMs: 1_000, stalledMs: 300 }],
    [
      'ends without a stall',
      { stallAtMs: null },
      1_000,
      { state: 'complete', elapsedMs: 1_000, stalledMs: 0 },
    ],
    [
      'does not stall behind its end',
      { stallAtMs: 2_000 },
      1_000,
      { state: 'complete', elapsedMs: 1_000, stalledMs: 0 },
    ],
  ])('%s', (_what, given, passedMs, expected) => {
    expect(moveDemoItem(item(given), passedMs)).toEqual(expected);
  });

  it('comes to the same place however often it is looked at, and never goes back', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 });
    const stallAt = fc.option(fc.integer({ min: 0, max: 1_200 }));
    fc.assert(
      fc.property(looks, stallAt, (passed, stallAtMs) => {
        let facts = item({ stallAtMs });
        for (const passedMs of passed) {
          const next = moveDemoItem(facts, passedMs);
          expect(next.elapsedMs).toBeGreaterThanOrEqual(facts.elapsedMs);
          facts = { ...facts, ...next };
        }
        const atOnce = moveDemoItem(
          item({ stallAtMs }),
          passed.reduce((sum, ms) => sum + ms, 0),
        );
        expect(facts.elapsedMs).toBe(atOnce.elapsedMs);
      }),
    );
  });
});
