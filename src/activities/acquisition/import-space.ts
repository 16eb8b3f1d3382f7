import { stat, statfs } from 'node:fs/promises';

import { Fault } from '../../domain/faults.js';
import { logicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import type { LibraryRow } from '../../store/acquisition/settings.js';
import { lastPlaceMode, plannedBytes } from '../../store/acquisition/space.js';
import type { ActivityDeps } from '../deps.js';

/** Always left free, so that a full disk stops nobody else (acquisition.md §5.6). */
const SPARE_BYTES = 100_000_000;

/**
 * Room for a copy of all files, beside what imports that were planned before still need: of several that do not fit at
 * once the first goes first, and none is staged half.
 * @throws Fault environment (disk_full).
 */
export async function requireImportRoom(
  { db, roots }: Pick<ActivityDeps, 'db' | 'roots'>,
  { jobId, library, bytes }: { jobId: string; library: Pick<LibraryRow, 'root'>; bytes: number },
): Promise<void> {
  const target = roots.resolve(library.root);
  try {
    if (await isLinked(db, { roots, target, library })) return;
    const { bavail, bsize } = await statfs(target);
    const free = Math.max(
      0,
      bavail * bsize - SPARE_BYTES - (await plannedBytes(db, { jobId, root: library.root })),
    );
    if (bytes <= free) return;
    throw new Fault(
      'environment',
      `The import needs ${megabytes(bytes)} MB, ${megabytes(free)} MB are free`,
      {
        waitingReason: 'disk_full',
        remedy: 'Make room in the library; the job goes on by itself',
      },
    );
  } catch (error) {
    throw diskFault(error);
  }
}

/** A link takes no room; where the last import had to copy, so may this one. */
async function isLinked(
  db: ActivityDeps['db'],
  {
    roots,
    target,
    library,
  }: { roots: ActivityDeps['roots']; target: string; library: Pick<LibraryRow, 'root'> },
): Promise<boolean> {
  const [there, here] = await Promise.all([stat(target), stat(roots.resolve(logicalPath('downloads', '')))]);
  return there.dev === here.dev && (await lastPlaceMode(db, library.root)) !== 'copy';
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
