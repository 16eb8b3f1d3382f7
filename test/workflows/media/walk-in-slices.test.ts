import { expect, it } from '@jest/globals';

import { NOTHING_COUNTED, type WalkState } from '../../../src/activities/media/scan-state.js';
import type { ScanSlice } from '../../../src/activities/media/scan-steps.js';
import type { Job } from '../../../src/workflows/jobs/job.js';
import { walkInSlices } from '../../../src/workflows/media/walk-in-slices.js';

const place = {
  root: 'library',
  folder: 'videos',
  skipExisting: true,
  quietSeconds: 60,
  batchSize: 200,
} as const;
const walk: WalkState = {
  ...{ scanId: 'of-this-test', since: 'then', place: '1:2', expected: 0 },
  ...{ cursor: 'a.mp4', counts: NOTHING_COUNTED },
};

/** A story's job whose scan takes so many slices. */
function jobOf(slices: number, carried?: unknown) {
  const asked: [ScanSlice, number | undefined][] = [];
  const kept: unknown[] = [];
  const scanVideos = (slice: ScanSlice, options?: { occurrence?: number }) => {
    asked.push([slice, options?.occurrence]);
    const cursor = `${options?.occurrence ?? 0}.mp4`;
    const isLast = options?.occurrence === slices;
    return Promise.resolve(isLast ? { result: { found: slices } } : { walk: { ...walk, cursor } });
  };
  const job = {
    input: carried === undefined ? {} : { carried: { state: carried, undo: [] } },
    steps: () => ({ scanVideos }),
    continueIfLong: (state: unknown) => Promise.resolve(void kept.push(state)),
  } as unknown as Job;
  return { job, asked, kept };
}

it('each slice is a step of its own, which begins where the one before has ended', async () => {
  const { job, asked, kept } = jobOf(3);
  expect(await walkInSlices(job, place)).toEqual({ found: 3 });
  expect(asked.map(([slice, occurrence]) => [slice.walk?.cursor, occurrence])).toEqual([
    [undefined, 1],
    ['1.mp4', 2],
    ['2.mp4', 3],
  ]);
  expect(kept).toMatchObject([{ slices: 1 }, { slices: 2 }]);
});

it('a new run of the chain goes on with what it was handed', async () => {
  const { job, asked } = jobOf(8, { slices: 6, walk });
  await walkInSlices(job, place);
  expect(asked.map(([slice, occurrence]) => [slice.walk?.cursor, occurrence])).toEqual([
    ['a.mp4', 7],
    ['7.mp4', 8],
  ]);
});
