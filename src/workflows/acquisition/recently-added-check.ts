import type { RecentlyAdded, RecentlyAddedSteps } from '../../activities/acquisition/recently-added-steps.js';
import type { Job } from '../jobs/job.js';

export async function recently_added_check(job: Job<{ libraryId?: string }>): Promise<RecentlyAdded> {
  return job.steps<RecentlyAddedSteps>().checkRecentlyAdded(job.params);
}
