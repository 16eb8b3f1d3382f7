import type { CountSteps } from '../../activities/demo/count-steps.js';
import type { Job } from '../jobs/job.js';

export async function demo_shared(
  job: Job<{ count: number; everyMs: number }>,
): Promise<{ counted: number }> {
  const { count, everyMs } = job.params;
  return job.steps<CountSteps>().countUp({ count, everyMs });
}
