import { setTimeout as sleep } from 'node:timers/promises';

import { Skipped, type Part } from '../harness/bench.js';
import { atMostMs, medianAndWorst } from '../harness/delays.js';
import { postJob, untilRow } from './post-job.js';
import type { JobsStage } from './stage.js';

const CANCELS = 24;
/** Below the slots of the queue, so that no job waits for another. */
const AT_ONCE = 2;

/** One transaction then ended job and attempt: nobody knows when the step itself was over. */
const NOT_WAITED_FOR = 'jobs end as cancelled without waiting for their running step';

/** From POST cancel to the end of the running attempt, and to the row that says cancelled. */
export const cancel: Part<JobsStage> = {
  name: 'cancel',
  measure: async (stage) => {
    const seen: number[] = [];
    const clean: number[] = [];
    let left = CANCELS;
    const lane = async (number: number): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const delays = await cancelOne(stage, `lane ${number}, ${left} left`);
        seen.push(delays.seen);
        clean.push(delays.clean);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => lane(number)));
    if (seen.every((ms, index) => ms === clean[index])) throw new Skipped(NOT_WAITED_FOR);
    return [
      ...medianAndWorst('POST cancel to the step having seen it', seen, atMostMs(1_000)),
      ...medianAndWorst('POST cancel to the job cancelled and clean', clean, atMostMs(3_000)),
    ];
  },
};

async function cancelOne({ set }: JobsStage, label: string): Promise<{ seen: number; clean: number }> {
  const { id } = await postJob(set, 'demo_hang', { label });
  await untilRow(set, id, `j.status = 'running'`);
  // A step hears of its cancel with a heartbeat, one a second: the cancel must come at any moment between two.
  await sleep(Math.random() * 1_000);
  const sentAt = Date.now();
  const { status } = await set.send('POST', `/api/jobs/${id}/cancel`);
  if (status !== 202) throw new Error(`Expected 202 to a cancel, got ${status}`);
  await untilRow(set, id, `j.status = 'cancelled'`);
  const { rows } = await set.db.query<{ seen: number; clean: number }>(
    `select extract(epoch from a.ended_at)::float8 * 1000 as seen, extract(epoch from j.ended_at)::float8 * 1000 as clean
     from jobs j join job_attempts a on a.job_id = j.id where j.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`${id} has no attempt`);
  return { seen: row.seen - sentAt, clean: row.clean - sentAt };
}
