import { randomBytes } from 'node:crypto';
import path from 'node:path';

import { inLibrary } from '../../domain/acquisition/library-paths.js';
import { RECYCLE_FOLDER, recyclePath, type RecycleReason } from '../../domain/acquisition/recycle.js';
import { Fault } from '../../domain/faults.js';
import { makeShortId } from '../../domain/jobs/job-id.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { moveToBin, restoreFromBin, type BinMove } from '../../integrations/files/recycle-bin.js';
import { statIfThere } from '../../integrations/files/target.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import {
  forgetRecycled,
  planRecycled,
  recordRecycled,
  recordRestored,
  recordRestoring,
  type RecycledRow,
} from '../../store/acquisition/recycled-files.js';
import type { ActivityDeps } from '../deps.js';

export type RecycleDeps = Pick<ActivityDeps, 'db' | 'roots'>;

/**
 * Takes a file out of a library and into its recycle bin: the row first, then one rename. A repeat by the same job,
 * after a kill at any point, ends the same way; a file that is not there any more is no error.
 * @param file.from - relative to the library's root.
 * @throws Fault environment while the disk is away, bad_input for what is no plain file or on another disk.
 */
export async function recycleFile(
  deps: RecycleDeps,
  file: { library: Pick<LibraryRow, 'id' | 'root'>; from: string; why: RecycleReason; jobId: string },
): Promise<void> {
  const { library, from, why, jobId } = file;
  const id = `recycled-${makeShortId(randomBytes(8))}`;
  const fromPath = inLibrary(library, from);
  try {
    const found = await statIfThere(deps.roots.resolve(fromPath));
    const row = await planRecycled(deps.db, {
      id,
      libraryId: library.id,
      root: library.root,
      fromPath,
      binPath: recyclePath({ root: library.root, from, id, at: new Date() }),
      bytes: Number(found?.size ?? 0),
      why,
      jobId,
    });
    await finishMove(deps, row);
  } catch (error) {
    throw diskFault(error);
  }
}

/** Of a move that found nothing no row stays. */
async function finishMove({ db, roots }: RecycleDeps, row: RecycledRow): Promise<void> {
  if (row.recycledAt !== null) return;
  if (await moveToBin(moveOf(roots, row))) await recordRecycled(db, row.id);
  else await forgetRecycled(db, row.id);
}

/**
 * Puts a file back where it was.
 * @throws Fault gone for what is in the bin no more, bad_input when another file has its name, environment (mount_gone).
 */
export async function restoreFile({ db, roots }: RecycleDeps, row: RecycledRow): Promise<void> {
  if (!(await recordRestoring(db, row.id))) throw notInBin(row);
  try {
    await restoreFromBin(moveOf(roots, row), { begun: row.restoringAt !== null });
  } catch (error) {
    throw diskFault(error);
  }
  await recordRestored(db, row.id);
}

/** What would keep a file from being put back, without doing it; undefined: nothing. */
export async function whyNotRestored({ roots }: RecycleDeps, row: RecycledRow): Promise<Fault | undefined> {
  if (row.recycledAt === null || row.restoredAt !== null || row.expiredAt !== null) return notInBin(row);
  const [binned, there] = await Promise.all(
    [row.binPath, row.fromPath].map((place) => statIfThere(roots.resolve(place))),
  );
  if (binned === undefined)
    return new Fault('gone', `The recycle bin has ${path.basename(row.fromPath)} no more`);
  if (there === undefined || there.ino === binned.ino) return undefined;
  return new Fault('bad_input', `Another file has the name ${path.basename(row.fromPath)} by now`, {
    remedy: 'Move it away, then restore again',
  });
}

/** The host's places of a row. @throws Fault environment (mount_gone), bad_input for a path that leaves its root. */
export function moveOf(roots: ActivityDeps['roots'], row: RecycledRow): BinMove {
  const [from, to, bin] = [row.fromPath, row.binPath, inLibrary(row, RECYCLE_FOLDER)].map((place) => {
    roots.resolve(place);
    return parseLogicalPath(place).relative;
  }) as [string, string, string];
  return { root: roots.folderOf(parseLogicalPath(row.root).root), from, to, bin };
}

function notInBin({ id, restoredAt }: RecycledRow): Fault {
  return new Fault(
    'gone',
    `${id} is not in the recycle bin: it was ${restoredAt === null ? 'removed' : 'restored'}`,
  );
}
