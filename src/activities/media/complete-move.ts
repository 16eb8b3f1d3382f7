import { rm } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import type { MovePlan, PlannedFile } from '../../domain/media/move-plan.js';
import { hashFile } from '../../integrations/files/place.js';
import { syncFolders } from '../../integrations/files/sync.js';
import { recordMove } from '../../store/media/move.js';
import type { StepContext } from '../jobs/step.js';
import { disksOf, type MoveDisks } from './move-disks.js';
import { isAsPlanned, isAt, seeFile, type SeenFile } from './move-files.js';
import type { MoveDeps } from './move-place.js';
import { replacedPath } from './replaced-by-move.js';
import { showStaged } from './show-staged.js';
import { withStaged, type Staged } from './stage-move.js';
import { namesOf } from './video-facts.js';

interface Completion {
  plan: MovePlan;
  step: StepContext;
  /** The video is a copy that this attempt has read back and compared. */
  isVerified: boolean;
}

/**
 * All that follows the video's rename: its row, its sidecars, and last the source of what was copied. A repeat, by a
 * later attempt or by the undoing of a cancelled job, ends the same way.
 */
export async function completeMove(
  deps: MoveDeps,
  { plan, step, isVerified }: Completion,
): Promise<{ companions: string[]; bytes: number }> {
  const seen = await tellRow(deps, plan, step);
  const companions = await completeFiles(disksOf(deps), { plan, step, isVerified, seen });
  return { companions, bytes: seen.sizeBytes };
}

/** Sidecars, and last the source of what was copied. @returns the names of what went along. */
export async function completeFiles(
  disks: MoveDisks,
  completion: Omit<Completion, 'plan'> & { plan: Omit<MovePlan, 'videoId'>; seen: SeenFile },
): Promise<string[]> {
  const { plan, step, isVerified, seen } = completion;
  const companions: string[] = [];
  for (const [index, file] of plan.companions.entries()) {
    if (await moveCompanion(disks, { file, step, number: index + 1 }))
      companions.push(path.posix.basename(parseLogicalPath(file.to).relative));
  }
  await removeSource(disks, { file: plan.video, seen, isVerified, step });
  return companions;
}

async function tellRow(deps: MoveDeps, { videoId, video }: MovePlan, step: StepContext): Promise<SeenFile> {
  const seen = await seeFile(deps, video.to);
  if (seen === undefined) {
    throw new Fault('transient', `${video.to} was taken away while its row was written`, {
      remedy: 'Look for what else moves files there',
    });
  }
  const replacedTo = await replacedPath(deps, video.to, step.jobId);
  const { root, relative } = parseLogicalPath(video.to);
  const { names: _names, ...file } = seen;
  const isKnown = await recordMove(
    deps.db,
    { ...file, ...namesOf(relative), id: videoId, root },
    { replacedTo },
  );
  if (!isKnown) step.log('warn', `the row of ${video.to} is gone; the next scan makes a new one`);
  return seen;
}

/** False: it stays where it is. */
async function moveCompanion(
  disks: MoveDisks,
  { file, step, number }: { file: PlannedFile; step: StepContext; number: number },
): Promise<boolean> {
  if (!(await isAt(disks, file.to, file))) {
    const source = await seeFile(disks, file.from);
    if (source === undefined || !isAsPlanned(file, source)) return stays(step, file, 'it was changed');
    const staging = { step, number, onBytes: () => undefined };
    const show = (staged: Staged) => showStaged(disks, { file, staged, step });
    if (!(await withStaged(disks, { file, staging }, show)))
      return stays(step, file, 'another file has its name');
  }
  const seen = await seeFile(disks, file.to);
  if (seen !== undefined) await removeSource(disks, { file, seen, isVerified: false, step });
  return true;
}

function stays(step: StepContext, { from }: PlannedFile, why: string): false {
  step.log('warn', `${from} stays: ${why}`);
  return false;
}

interface Removal {
  file: PlannedFile;
  /** What stands at the target. */
  seen: SeenFile;
  isVerified: boolean;
  step: StepContext;
}

/** A source goes only when the target is the same file, or has the same bytes. */
async function removeSource(disks: MoveDisks, { file, seen, isVerified, step }: Removal): Promise<void> {
  if (file.way !== 'move' || file.from === file.to) return;
  const source = await seeFile(disks, file.from);
  if (source === undefined) return;
  const isItself = source.inode === seen.inode && source.device === seen.device;
  const isSame =
    isItself || (isAsPlanned(file, source) && (isVerified || (await hasSameBytes(disks, file, step))));
  if (!isSame) {
    stays(step, file, 'it was changed since it was copied');
    return;
  }
  const hostPath = disks.roots.resolve(file.from);
  await rm(hostPath);
  await syncFolders([path.dirname(hostPath)]);
}

async function hasSameBytes(
  { roots }: MoveDisks,
  file: PlannedFile,
  { signal }: StepContext,
): Promise<boolean> {
  const [one, other] = [roots.resolve(file.from), roots.resolve(file.to)];
  return (await hashFile(one, { signal })) === (await hashFile(other, { signal }));
}
