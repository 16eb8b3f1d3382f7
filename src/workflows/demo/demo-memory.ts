import type { DemoSteps } from '../../activities/demo/demo-steps.js';
import type { Job } from '../jobs/job.js';

export async function demo_memory(
  job: Job<{ mebibytes: number; holdMs: number }>,
): Promise<{ mebibytes: number }> {
  const { mebibytes, holdMs } = job.params;
  return job.steps<DemoSteps>().fillMemory({ mebibytes, holdMs });
}
