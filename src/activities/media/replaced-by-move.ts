import { lstat, stat } from 'node:fs/promises';

import { fromLogical } from '../../domain/acquisition/library-paths.js';
import { parseLogicalPath, type LogicalPath } from '../../domain/logical-path.js';
import { statIfThere } from '../../integrations/files/target.js';
import { listLibraries, type LibraryRow } from '../../store/acquisition/libraries.js';
import { findRecycled, forgetRecycled, recordRecycled } from '../../store/acquisition/recycled-files.js';
import { findReplaced } from '../../store/media/move.js';
import { recycleFile, restoreFile } from '../acquisition/recycle.js';
import type { MoveDeps } from './move-place.js';

/**
 * Takes the file that gives way into the recycle bin of the library that it lies in. A repeat by the same job ends the
 * same way.
 * @returns false where no bin can take it: it stays until it is replaced.
 */
export async function setAside(deps: MoveDeps, file: LogicalPath, jobId: string): Promise<boolean> {
  const library = await libraryOf(deps, file);
  if (library === undefined) return false;
  const from = fromLogical(library, file) ?? '';
  await recycleFile(deps, { library, from, why: 'replaced', jobId });
  return true;
}

/** The nearest library around a file, where its bin is one rename away. */
async function libraryOf({ db, roots }: MoveDeps, file: LogicalPath): Promise<LibraryRow | undefined> {
  const around = (await listLibraries(db)).filter((library) => fromLogical(library, file) !== undefined);
  const [nearest] = around.sort((one, other) => other.root.length - one.root.length);
  if (nearest === undefined || (await statIfThere(roots.resolve(file))) === undefined) return nearest;
  const [library, own] = [await stat(roots.resolve(nearest.root)), await lstat(roots.resolve(file))];
  return library.dev === own.dev ? nearest : undefined;
}

/** Where the replaced file is now, below the root of its place; null: in no bin. */
export async function replacedPath(
  { db }: MoveDeps,
  file: LogicalPath,
  jobId: string,
): Promise<string | null> {
  const replaced = await findReplaced(db, { jobId, fromPath: file });
  return replaced === undefined ? null : parseLogicalPath(replaced.binPath).relative;
}

/** Puts the file back that had to give way to one that does not come. */
export async function takeBack(deps: MoveDeps, file: LogicalPath, jobId: string): Promise<void> {
  const { db, roots } = deps;
  const replaced = await findReplaced(db, { jobId, fromPath: file });
  if (replaced === undefined) return;
  if ((await statIfThere(roots.resolve(replaced.binPath))) === undefined) {
    await forgetRecycled(db, replaced.id);
    return;
  }
  await recordRecycled(db, replaced.id);
  const row = await findRecycled(db, replaced.id);
  if (row !== undefined) await restoreFile(deps, row);
}
