import { chmod, link, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import type { LogicalPath } from '../../domain/logical-path.js';
import type { MoveResult, PlannedFile } from '../../domain/media/move-plan.js';
import { partialOf, removePartialsOf } from '../../integrations/files/partial-file.js';
import { placeFile } from '../../integrations/files/place.js';
import type { StepContext } from '../jobs/step.js';
import type { MoveDisks } from './move-disks.js';

/** Media servers run as another user, often of the same group. */
export const FILE_MODE = 0o664;

/** A file that can be shown by one rename on its own disk. */
export interface Staged {
  hostPath: string;
  how: Exclude<MoveResult['how'], 'found'>;
}

interface Staging {
  step: StepContext;
  /** Tells the partial files of one attempt apart. */
  number: number;
  /** Bytes done since the last call. */
  onBytes: (bytes: number) => void;
}

/** What attempts of a job have begun in a folder. Partial files bear no file's name, which may have 255 bytes. */
export async function removeStaged(
  { roots }: Pick<MoveDisks, 'roots'>,
  folder: LogicalPath,
  jobId: string,
): Promise<void> {
  await removePartialsOf(path.join(roots.resolve(folder), jobId));
}

/** Stages a file for `work`, which shows it; what it has not shown goes away. @throws as stageFile. */
export async function withStaged<Output>(
  disks: MoveDisks,
  { file, staging }: { file: PlannedFile; staging: Staging },
  work: (staged: Staged) => Promise<Output>,
): Promise<Output> {
  const staged = await stageFile(disks, file, staging);
  try {
    return await work(staged);
  } finally {
    if (staged.how !== 'renamed') await rm(staged.hostPath, { force: true });
  }
}

/**
 * Makes a file ready to be shown: itself where it is on the target's disk and may leave its place, else a partial beside
 * the target, verified and synced.
 * @throws the signal's reason; Fault environment (disk_full), bad_input where a link is wished and not possible.
 */
async function stageFile(disks: MoveDisks, file: PlannedFile, staging: Staging): Promise<Staged> {
  const source = disks.roots.resolve(file.from);
  const target = disks.roots.resolve(file.to);
  const { jobId, attemptId } = staging.step;
  const partial = partialOf(path.join(path.dirname(target), jobId), `${attemptId}-${staging.number}`);
  await rm(partial, { force: true });
  try {
    switch (file.way) {
      case 'move':
        if (await isOnDiskOf(source, partial)) return { hostPath: source, how: 'renamed' };
        return await copyTo(disks, partial, { source, file, own: true, staging });
      case 'copy':
        return await copyTo(disks, partial, { source, file, own: true, staging });
      case 'share':
        return await copyTo(disks, partial, { source, file, own: false, staging });
      case 'link':
        await linkTo(partial, source);
        return { hostPath: partial, how: 'hardlink' };
    }
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** By really trying: equal device numbers prove nothing (acquisition.md §5.2). */
async function isOnDiskOf(source: string, partial: string): Promise<boolean> {
  try {
    await link(source, partial);
    await rm(partial);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EXDEV') return false;
    return (await stat(source)).dev === (await stat(path.dirname(partial))).dev;
  }
}

interface Copy {
  source: string;
  file: PlannedFile;
  /** Never a link to the source. */
  own: boolean;
  staging: Staging;
}

async function copyTo(
  disks: MoveDisks,
  partial: string,
  { source, file, own, staging }: Copy,
): Promise<Staged> {
  const { signal } = staging.step;
  const needs = [{ place: file.to, bytes: file.sizeBytes }];
  const room = own ? await disks.holdSpace(staging.step, needs) : undefined;
  try {
    const { mode } = await placeFile({ source, target: partial, own, signal, onBytes: staging.onBytes });
    if (mode !== 'hardlink') await chmod(partial, FILE_MODE);
    return { hostPath: partial, how: mode };
  } finally {
    await room?.release();
  }
}

async function linkTo(partial: string, source: string): Promise<void> {
  await link(source, partial).catch((error: unknown) => {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error) ?? ''))
      throw error;
    throw new Fault('bad_input', 'No hard link is possible from there to the library', {
      remedy: 'Choose the link auto, move or copy',
      cause: error,
    });
  });
}
