import type { DemoSteps } from '../../activities/demo/demo-steps.js';
import type { FaultKind } from '../../domain/faults.js';
import type { Job } from '../jobs/job.js';

export interface DemoFailParams {
  kind: FaultKind;
  times: number;
  retryAfterMs?: number;
}

export async function demo_fail(job: Job<DemoFailParams>): Promise<{ attempts: number }> {
  const { kind, times, retryAfterMs } = job.params;
  const told = retryAfterMs === undefined ? {} : { retryAfterMs };
  return job.steps<DemoSteps>().failSome({ kind, times, ...told });
}
