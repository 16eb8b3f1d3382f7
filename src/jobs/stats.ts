import { QUEUES, type Queue } from '../domain/jobs/policy.js';
import { JOB_STATUSES, type JobStatus } from '../domain/jobs/status.js';
import type { Queryable } from '../store/database.js';
import { readJobCounts, type JobCount } from '../store/job-counts.js';
import { queueLoads } from '../store/queue-loads.js';

export type StatusCounts = Record<JobStatus, number>;

export interface JobStats {
  total: number;
  byStatus: StatusCounts;
  /** Types of which there is any job, by name. */
  types: { type: string; total: number; byStatus: StatusCounts }[];
  queues: { queue: Queue; waiting: number; running: number }[];
}

/** From counters, never from the rows themselves: a million jobs cost no more than ten. */
export async function readStats(db: Queryable): Promise<JobStats> {
  const [counts, loads] = await Promise.all([readJobCounts(db), queueLoads(db)]);
  const types = [...new Set(counts.map(({ type }) => type))].map((type) => ({
    type,
    ...summed(counts.filter((count) => count.type === type)),
  }));
  const queues = QUEUES.map((queue) => ({
    queue,
    waiting: loads.get(queue)?.waiting ?? 0,
    running: loads.get(queue)?.running ?? 0,
  }));
  return { ...summed(counts), types, queues };
}

function summed(counts: JobCount[]): { total: number; byStatus: StatusCounts } {
  const byStatus = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as StatusCounts;
  for (const { status, count } of counts) byStatus[status] += count;
  return { total: counts.reduce((sum, { count }) => sum + count, 0), byStatus };
}
