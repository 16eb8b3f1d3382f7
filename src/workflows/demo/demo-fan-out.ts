import { ApplicationFailure } from '@temporalio/workflow';

import type { ChildOutcome } from '../../domain/jobs/job-input.js';
import type { Job } from '../jobs/job.js';

export interface DemoFanOutParams {
  children: number;
  atOnce: number;
  count: number;
  everyMs: number;
  failAt?: number;
  shared?: string;
  label: string;
}

/** A sliding window: a child begins as soon as another has ended. */
export async function demo_fan_out(
  job: Job<DemoFanOutParams>,
): Promise<{ completed: number; shared: string | null }> {
  const { children, atOnce, shared } = job.params;
  const outcomes: ChildOutcome[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < children) {
      next += 1;
      outcomes.push(await countInChild(job, next));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, children) }, lane));
  const joined =
    shared === undefined
      ? undefined
      : await job.child('demo_shared', { key: shared, everyMs: job.params.everyMs });
  const failed = [...outcomes, ...(joined === undefined ? [] : [joined])].filter(
    ({ status }) => status !== 'completed',
  );
  if (failed.length > 0) {
    const ids = failed.map(({ jobId, status }) => `${jobId} ${status}`).join(', ');
    throw ApplicationFailure.nonRetryable(`Not every part was done: ${ids}`, 'parts_failed');
  }
  return { completed: outcomes.length, shared: joined?.jobId ?? null };
}

function countInChild(job: Job<DemoFanOutParams>, number: number): Promise<ChildOutcome> {
  const { count, everyMs, failAt, label } = job.params;
  const given = { count, everyMs, label: `${label}, part ${number}` };
  return job.child('demo_steps', failAt === undefined ? given : { ...given, failAt }, { occurrence: number });
}
