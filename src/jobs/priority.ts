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
  // Temporal first: who reads the new priority may count on the new place.
  await temporal.movePending(jobId, priority);
  await setJobPriority(db, jobId, priority);
  await touchJob(db, jobId);
}
