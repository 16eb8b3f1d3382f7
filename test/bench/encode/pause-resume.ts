import { setTimeout as sleep } from 'node:timers/promises';

import type { Part } from '../harness/bench.js';
import type { Measured } from '../harness/figure.js';
import { inPairs, medianOf } from '../harness/pairs.js';
import { median } from '../harness/quantile.js';
import { startEncode, untilCompleted, untilEncoding, untilGone, wish, type EncodeJob } from './encode-job.js';
import type { EncodeStage } from './stage.js';

const PAIRS = 9;
/** Times are told apart by subtraction: short ones differ by less. */
const PRESET = 'ultrafast';
/** Of the film. */
const SEGMENTS = 15;

/** Milliseconds. */
interface Run {
  /** From the encode step's first attempt to the published file, without the time in which it rested. */
  worked: number;
  encoding: number;
}

/** What a pause in the middle of an encode and a resume at once cost it: work thrown away, stopping, starting. */
export const pauseResume: Part<EncodeStage> = {
  name: 'pause-resume',
  measure: async (stage) => {
    let encodeMs = 10_000;
    const pairs = await inPairs(PAIRS, {
      theirs: async () => {
        const run = await runJob(await startEncode(stage, PRESET), () => Promise.resolve(0));
        encodeMs = run.encoding;
        return run;
      },
      ours: async () => runJob(await startEncode(stage, PRESET), (job) => pauseOnce(job, encodeMs)),
    });
    const segmentMs = median(pairs.map(({ theirs }) => theirs.encoding)) / SEGMENTS;
    const lost = pairs.map(({ ours, theirs }) => ours.worked - theirs.worked);
    return [
      medianOf('time that a pause and resume costs an encode, beside its rest', lost, {
        unit: 'ms',
        goal: { kind: 'atMost', value: Math.round(segmentMs + 1_000) },
      }),
      ...asJob(pairs.map(({ theirs }) => theirs)),
      { name: 'one segment of it', value: segmentMs, unit: 'ms' },
    ];
  },
};

function asJob(runs: readonly Run[]): Measured[] {
  return [
    medianOf(
      '60 s of 1080p (ultrafast) as a job without a pause, step to published file',
      runs.map(({ worked }) => worked / 1_000),
      { unit: 's' },
    ),
  ];
}

/** At any moment of the middle half; the time in which it rested. */
async function pauseOnce(job: EncodeJob, encodeMs: number): Promise<number> {
  await untilEncoding(job);
  await sleep(encodeMs * (0.25 + Math.random() * 0.5));
  await wish(job, 'pause');
  await untilGone(job, 'paused');
  const rests = performance.now();
  await wish(job, 'resume');
  return performance.now() - rests;
}

async function runJob(job: EncodeJob, interrupt: (job: EncodeJob) => Promise<number>): Promise<Run> {
  const rested = await interrupt(job);
  await untilCompleted(job);
  const { rows } = await job.set.db.query<Run>(
    `select extract(epoch from max(a.ended_at) filter (where s.name = 'joinPlayback')
         - min(a.started_at) filter (where s.name = 'encodeVideo'))::float8 * 1000 as worked,
       extract(epoch from sum(a.ended_at - a.started_at) filter (where s.name = 'encodeVideo'))::float8 * 1000 as encoding
     from job_attempts a join job_steps s on s.id = a.step_id where a.job_id = $1`,
    [job.id],
  );
  const [run] = rows;
  if (run === undefined) throw new Error(`${job.id} has no attempts`);
  return { ...run, worked: run.worked - rested };
}
