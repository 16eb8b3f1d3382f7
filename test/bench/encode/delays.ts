import { setTimeout as sleep } from 'node:timers/promises';

import type { Part } from '../harness/bench.js';
import { atMostMs, medianAndWorst } from '../harness/delays.js';
import { startEncode, untilClean, untilEncoding, untilGone, wish } from './encode-job.js';
import type { EncodeStage } from './stage.js';

const TIMES = 12;
/** So slow that the film is never done before. */
const PRESET = 'slower';

/** Any moment between two heartbeats, in the middle of the work. */
const aMoment = (): Promise<void> => sleep(1_000 + Math.random() * 1_000);

/** From POST pause to a job that rests, again and again in one encode. */
export const pauseDelay: Part<EncodeStage> = {
  name: 'pause',
  measure: async (stage) => {
    const job = await startEncode(stage, PRESET);
    const delays: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      await untilEncoding(job);
      await aMoment();
      const sentAt = performance.now();
      await wish(job, 'pause');
      await untilGone(job, 'paused');
      delays.push(performance.now() - sentAt);
      await wish(job, 'resume');
    }
    await wish(job, 'cancel');
    await untilGone(job, 'cancelled');
    return medianAndWorst('POST pause to the encode paused and FFmpeg gone', delays, atMostMs(3_000));
  },
};

/** From POST cancel to a job of which nothing is left. */
export const cancelDelay: Part<EncodeStage> = {
  name: 'cancel',
  measure: async (stage) => {
    const delays: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const job = await startEncode(stage, PRESET);
      await untilEncoding(job);
      await aMoment();
      const sentAt = performance.now();
      await wish(job, 'cancel');
      await untilGone(job, 'cancelled');
      await untilClean(job);
      delays.push(performance.now() - sentAt);
    }
    return medianAndWorst(
      'POST cancel to the encode cancelled, FFmpeg and its files gone',
      delays,
      atMostMs(3_000),
    );
  },
};
