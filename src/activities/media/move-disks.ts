import type { LogicalPath } from '../../domain/logical-path.js';
import type { ActivityDeps } from '../deps.js';
import { holdSpace, type HeldSpace, type SpaceWish } from '../jobs/reserved-space.js';
import type { StepContext } from '../jobs/step.js';
import type { MoveDeps } from './move-place.js';
import { setAside } from './replaced-by-move.js';

/** All that a move needs below its rows. */
export interface MoveDisks extends Pick<ActivityDeps, 'roots'> {
  holdSpace: (
    step: Pick<StepContext, 'jobId'>,
    needs: readonly SpaceWish[],
  ) => Promise<Pick<HeldSpace, 'release'>>;
  /** False: what gives way stays until it is replaced by the rename itself. */
  setAside: (file: LogicalPath, jobId: string) => Promise<boolean>;
}

export function disksOf(deps: MoveDeps): MoveDisks {
  return {
    roots: deps.roots,
    holdSpace: (step, needs) => holdSpace(deps, step, needs),
    setAside: (file, jobId) => setAside(deps, file, jobId),
  };
}
