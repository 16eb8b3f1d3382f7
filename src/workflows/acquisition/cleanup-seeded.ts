import type { CleanedUp, CleanupSteps } from '../../activities/acquisition/cleanup-steps.js';
import type { Job } from '../jobs/job.js';

/** The poller ends each duty by its own timer; this finds what that has missed, and tells why the others stay. */
export function cleanup_seeded(job: Job<{ dryRun: boolean }>): Promise<CleanedUp> {
  return job.steps<CleanupSteps>().cleanupSeeded(job.params);
}
