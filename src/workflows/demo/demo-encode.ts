import type { EncodeSteps } from '../../activities/demo/encode-steps.js';
import type { Job } from '../jobs/job.js';

export async function demo_encode(
  job: Job<{ seconds: number; realTime: boolean }>,
): Promise<{ path: string; bytes: number; seconds: number }> {
  const { seconds, realTime } = job.params;
  // Before the step: a cancel in the middle of it leaves no file either.
  job.compensation.push('removeSample', {});
  return job.steps<EncodeSteps>().encodeSample({ seconds, realTime });
}
