import { logicalPath } from '../../domain/logical-path.js';
import type { MovePlan } from '../../domain/media/move-plan.js';
import { removeEmptyFolders } from '../../integrations/files/target.js';
import { findVideoToMove } from '../../store/media/move.js';
import type { StepContext } from '../jobs/step.js';
import { completeMove } from './complete-move.js';
import { isAt } from './move-files.js';
import type { MoveDeps } from './move-place.js';
import { checkDisks } from './source-gone.js';
import { takeBack } from './replaced-by-move.js';
import { removeStaged } from './stage-move.js';

/** After a cancel: a move that was not shown leaves nothing, one that was is brought to its end. */
export async function undoMove(deps: MoveDeps, plan: MovePlan, step: StepContext): Promise<void> {
  const { path: folder, kept } = plan.folder;
  await checkDisks(deps, 'library', folder);
  await removeStaged(deps, logicalPath('library', folder), step.jobId);
  if (await isShown(deps, plan)) {
    await completeMove(deps, { plan, step, isVerified: false });
    return;
  }
  await takeBack(deps, plan.video.to, step.jobId);
  await removeEmptyFolders({ root: deps.roots.folderOf('library'), path: folder, kept });
}

/** Where the content stood at the target before us, the row tells whether the move had begun. */
async function isShown(deps: MoveDeps, { videoId, video, isThere }: MovePlan): Promise<boolean> {
  if (!isThere) return isAt(deps, video.to, video);
  const row = await findVideoToMove(deps.db, videoId);
  return row !== undefined && `${row.root}:${row.path}` === video.to;
}
