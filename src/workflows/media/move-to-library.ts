import { ApplicationFailure } from '@temporalio/workflow';

import type { MoveResult, MoveWish } from '../../domain/media/move-plan.js';
import type { MoveSteps } from '../../activities/media/move-steps.js';
import type { Job } from '../jobs/job.js';

/** Each new plan is for a file that somebody has put there, or changed, since the plan before. */
const MOST_PLANS = 10;

export async function move_to_library(job: Job<MoveWish>): Promise<MoveResult> {
  const steps = job.steps<MoveSteps>();
  for (let occurrence = 1; occurrence <= MOST_PLANS; occurrence += 1) {
    const planned = await steps.planMove(job.params, { occurrence });
    if ('result' in planned) return planned.result;
    job.compensation.push('undoMove', planned.plan);
    const moved = await steps.moveVideo(planned.plan, { occurrence });
    if ('result' in moved) return moved.result;
  }
  throw ApplicationFailure.nonRetryable('Others kept changing the source or the target', 'transient');
}
