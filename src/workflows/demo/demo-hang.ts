import type { DemoSteps } from '../../activities/demo/demo-steps.js';
import type { Job } from '../jobs/job.js';

export async function demo_hang(job: Job<{ stubbornMs: number }>): Promise<object> {
  return job.steps<DemoSteps>().hang({ stubbornMs: job.params.stubbornMs });
}
