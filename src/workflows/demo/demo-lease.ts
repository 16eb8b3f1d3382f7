import type { LeaseSteps } from '../../activities/demo/lease-steps.js';
import type { Job } from '../jobs/job.js';

export async function demo_lease(job: Job<{ holdMs: number }>): Promise<{ heldMs: number }> {
  return job.steps<LeaseSteps>().holdRoom({ holdMs: job.params.holdMs });
}
