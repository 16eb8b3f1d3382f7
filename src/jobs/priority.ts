import { setJobPriority, touchJob } from '../store/jobs.js';
import type { JobsDeps } from './deps.js';

/**
 * The run took a priority: its row says so, whoever asked, and what waits in a queue moves to its new place there
 * (jobs.md §5).
 */
export async function movePriority(
  { db, temporal }: Pick<JobsDeps, 'db' | 'temporal'>,
  { jobId, priority }: { jobId: string; priority: number },
): Promise<void> {
  await setJobPriority(db, jobId, priority);
  await touchJob(db, jobId);
  await temporal.movePending(jobId, priority);
}
