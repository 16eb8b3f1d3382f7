import { setTimeout as sleep } from 'node:timers/promises';

import type { Part } from '../harness/bench.js';
import { median, quantile } from '../harness/quantile.js';
import { postJob, untilRow } from './post-job.js';
import type { JobsStage } from './stage.js';

const WARM_UP = 10;
const JOBS = 110;

interface Delays {
  start: number[];
  end: number[];
}

/** From sending the wish to the first line of the first step, one at a time: ours and bare by turns. */
export const startDelay: Part<JobsStage> = {
  name: 'start',
  measure: (stage) =>
    stage.withBare(async (bare) => {
      const ours: Delays = { start: [], end: [] };
      const theirs: Delays = { start: [], end: [] };
      for (let job = 0; job < JOBS; job += 1) {
        const delay = await delayOfOurs(stage);
        const { sentAt, startedAt, endedAt } = await bare.run();
        await settle();
        if (job < WARM_UP) continue;
        ours.start.push(delay.start);
        ours.end.push(delay.end);
        theirs.start.push(startedAt - sentAt);
        theirs.end.push(endedAt - sentAt);
      }
      const against = (share: number, of: keyof Delays) => ({
        name: 'bare one-activity workflow',
        value: quantile(theirs[of], share),
        unit: 'ms' as const,
      });
      return [
        {
          ...{ name: 'POST to the first step’s start', value: median(ours.start), unit: 'ms' },
          ...{ goal: { kind: 'atMost', timesYardstick: 2 }, yardstick: against(0.5, 'start') },
        },
        {
          ...{ name: 'POST to the first step’s start, p99', value: quantile(ours.start, 0.99), unit: 'ms' },
          ...{ goal: { kind: 'atMost', value: 300 }, yardstick: against(0.99, 'start') },
        },
        {
          ...{ name: 'POST to the row being completed', value: median(ours.end), unit: 'ms' },
          yardstick: against(0.5, 'end'),
        },
      ];
    }),
};

/** What an ended job leaves to do (its confirmation, closing in Temporal) is over before the next is sent. */
const settle = (): Promise<void> => sleep(20 + Math.random() * 40);

async function delayOfOurs({ set }: JobsStage): Promise<{ start: number; end: number }> {
  const { id, sentAt } = await postJob(set, 'demo_noop', {});
  await untilRow(set, id, `j.status = 'completed'`);
  const { rows } = await set.db.query<{ started: number; ended: number }>(
    `select extract(epoch from a.started_at)::float8 * 1000 as started, extract(epoch from j.ended_at)::float8 * 1000 as ended
     from jobs j join job_attempts a on a.job_id = j.id where j.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`${id} has no attempt`);
  return { start: row.started - sentAt, end: row.ended - sentAt };
}
