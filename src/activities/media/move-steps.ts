import { logicalPath } from '../../domain/logical-path.js';
import type { MovePlan, MoveWish } from '../../domain/media/move-plan.js';
import { locateTarget } from '../../integrations/files/target.js';
import { findJob } from '../../store/jobs.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { carryOutMove, type MoveAnswer } from './carry-out-move.js';
import { planMove, type PlannedMove } from './plan-move.js';
import { removeStaged } from './stage-move.js';
import { telling } from './told-fault.js';
import { undoMove } from './undo-move.js';

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Where a video and its sidecars go (media.md §3.10). */
  planMove: (wish: MoveWish, step: StepContext): Promise<PlannedMove> =>
    telling(deps, step, () => planMove(deps, wish, step)),

  moveVideo: (plan: MovePlan, step: StepContext): Promise<MoveAnswer> =>
    telling(deps, step, () => carryOutMove(deps, plan, step)),

  undoMove: (plan: MovePlan, step: StepContext): Promise<void> =>
    telling(deps, step, () => undoMove(deps, plan, step)),

  tidyMove: async (_input: object, step: StepContext): Promise<void> => {
    const job = await findJob(deps.db, step.jobId);
    const { targetDirectory } = (job?.params ?? {}) as Partial<MoveWish>;
    if (targetDirectory === undefined) return;
    const { path: folder } = await locateTarget(deps.roots.folderOf('library'), targetDirectory);
    await removeStaged(deps, logicalPath('library', folder), step.jobId);
  },
}));

export type MoveSteps = StepsOf<typeof steps>;
