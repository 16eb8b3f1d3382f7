import { longAttempts, type OpenAttempt } from '../store/comparison.js';
import { insertRepair } from '../store/repairs.js';
import { endForgotten } from '../store/steps.js';
import type { JobsDeps } from './deps.js';

/**
 * (c): an attempt whose activity Temporal does not have any more: its worker lives but has lost it. As many calls as
 * there are jobs that run for half a minute, which the slots bound.
 */
export async function endForgottenAttempts(deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>): Promise<void> {
  const open = await longAttempts(deps.db);
  for (const jobId of new Set(open.map((attempt) => attempt.jobId))) {
    const pending = await deps.temporal.pendingActivities(jobId);
    // Without an open run the comparison of rows and runs ends them.
    if (pending === undefined) continue;
    for (const attempt of open) {
      if (attempt.jobId === jobId && !pending.includes(attempt.activityId)) await endOne(deps, attempt);
    }
  }
}

async function endOne(
  deps: Pick<JobsDeps, 'db' | 'log'>,
  { id, jobId, activityId }: OpenAttempt,
): Promise<void> {
  if (!(await endForgotten(deps.db, { jobId, attemptId: id }))) return;
  const detail = `Temporal has no activity ${activityId} for it`;
  await insertRepair(deps.db, { jobId, kind: 'attempt_forgotten', detail });
  deps.log.warn({ jobId, attemptId: id }, 'an attempt that Temporal has forgotten was ended');
}
