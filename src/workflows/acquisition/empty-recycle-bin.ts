import type { EmptiedBin, EmptyBin, RecycleSteps } from '../../activities/acquisition/recycle-steps.js';
import type { Job } from '../jobs/job.js';

export function empty_recycle_bin(job: Job<EmptyBin>): Promise<EmptiedBin> {
  return job.steps<RecycleSteps>().emptyRecycleBin(job.params);
}
