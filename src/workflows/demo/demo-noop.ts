import type { DemoSteps } from '../../activities/demo/demo-steps.js';
import type { Job } from '../jobs/job.js';

export async function demo_noop(job: Job): Promise<object> {
  return job.steps<DemoSteps>().doNothing({});
}
