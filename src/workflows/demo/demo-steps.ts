import type { CountSteps } from '../../activities/demo/count-steps.js';
import type { Job } from '../jobs/job.js';

export interface DemoStepsParams {
  count: number;
  everyMs: number;
  failAt?: number;
}

export async function demo_steps(job: Job<DemoStepsParams>): Promise<{ counted: number }> {
  const { count, everyMs, failAt } = job.params;
  return job.steps<CountSteps>().countUp({ count, everyMs, ...(failAt === undefined ? {} : { failAt }) });
}
