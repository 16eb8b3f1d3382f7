import type { HealthSteps, HouseHealth } from '../../activities/acquisition/health-steps.js';
import type { Job } from '../jobs/job.js';

/** One look at all of the house; what has changed is told to those who want to know. */
export function health_check(job: Job): Promise<HouseHealth> {
  return job.steps<HealthSteps>().checkHealth({}, { occurrence: job.input.round });
}
