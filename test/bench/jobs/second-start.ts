import { atMostMs, medianAndWorst } from '../harness/delays.js';
import type { Part } from '../harness/bench.js';
import type { JobsStage } from './stage.js';

const STARTS = 5;

/** `longplay up` on data that is there, from the start of the process to "is ready". */
export const secondStart: Part<JobsStage> = {
  name: 'second-start',
  measure: async ({ set }) => {
    const tookMs: number[] = [];
    for (let start = 0; start < STARTS; start += 1) tookMs.push(await set.restart());
    return medianAndWorst('second start to ready', tookMs, atMostMs(3_000));
  },
};
