import { logicalPath } from '../../domain/logical-path.js';
import type { MovePlan, MoveResult } from '../../domain/media/move-plan.js';
import { makeFolders } from '../../integrations/files/target.js';
import type { StepContext } from '../jobs/step.js';
import { completeMove } from './complete-move.js';
import { disksOf, type MoveDisks } from './move-disks.js';
import { isAsPlanned, isAt, seeFile } from './move-files.js';
import { requireTarget, type MoveDeps } from './move-place.js';
import { sourceGone } from './source-gone.js';
import { showStaged } from './show-staged.js';
import { removeStaged, withStaged } from './stage-move.js';

/** `again`: source or target is not what it was when the plan was made, and nothing was done. */
export type MoveAnswer = { result: MoveResult } | { again: string };

/**
 * Does what a plan says. The video's rename is the moment from which on the move stands: what follows it (row,
 * sidecars, the source of a copy) is repeated until it is done, and what is before it leaves nothing.
 * @throws the signal's reason; Fault superseded, environment (disk_full, mount_gone, source_busy), gone.
 */
export async function carryOutMove(deps: MoveDeps, plan: MovePlan, step: StepContext): Promise<MoveAnswer> {
  // A late, superseded attempt must not remove what the newer one has staged.
  await step.fence();
  await requireTarget(deps, plan.folder.path);
  await removeStaged(deps, logicalPath('library', plan.folder.path), step.jobId);
  if (await isAt(deps, plan.video.to, plan.video)) return finish(deps, { plan, step, how: 'found' });
  if (plan.isThere) return { again: 'What stood at the target is gone' };
  const seen = await seeFile(deps, plan.video.from);
  if (seen === undefined) throw await sourceGone(deps, plan.video.from);
  if (!isAsPlanned(plan.video, seen)) return { again: 'The video was changed since its move was planned' };
  await makeFolders(deps.roots.folderOf('library'), plan.folder.path);
  const how = await showVideo(disksOf(deps), plan, step);
  return how === undefined
    ? { again: 'Another file has taken the place' }
    : finish(deps, { plan, step, how });
}

/** Undefined: another file has the name. */
export function showVideo(
  disks: MoveDisks,
  plan: Pick<MovePlan, 'video'>,
  step: StepContext,
): Promise<MoveResult['how'] | undefined> {
  const { video: file } = plan;
  const staging = { step, number: 0, onBytes: countBytes(plan, step) };
  return withStaged(disks, { file, staging }, async (staged) => {
    step.signal.throwIfAborted();
    await step.fence();
    return (await showStaged(disks, { file, staged, step })) ? staged.how : undefined;
  });
}

function countBytes({ video }: Pick<MovePlan, 'video'>, step: StepContext): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    step.progress({ done, total: Math.max(done, video.sizeBytes), unit: 'bytes' });
  };
}

async function finish(
  deps: MoveDeps,
  { plan, step, how }: { plan: MovePlan; step: StepContext; how: MoveResult['how'] },
): Promise<MoveAnswer> {
  if (how === 'found') await step.fence();
  const copied = how === 'copy' || how === 'reflink';
  const { companions, bytes } = await completeMove(deps, { plan, step, isVerified: copied });
  const { from, to } = plan.video;
  step.log('info', `${from} is at ${to} (${how}, ${bytes} bytes)`, { companions });
  return { result: { from, path: to, how, bytes, companions } };
}
