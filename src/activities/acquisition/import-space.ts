import { statfs } from 'node:fs/promises';

import { SPARE_BYTES } from '../../domain/acquisition/circumstances.js';
import { Fault } from '../../domain/faults.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import { plannedBytes } from '../../store/acquisition/space.js';
import type { ActivityDeps } from '../deps.js';
import { expectedPlacement } from './placement.js';

/**
 * Room for a copy of all files, beside what imports that were planned before still need: of several that do not fit at
 * once the first goes first, and none is staged half.
 * @throws Fault environment (disk_full).
 */
export async function requireImportRoom(
  { db, roots }: Pick<ActivityDeps, 'db' | 'roots'>,
  { jobId, library, bytes }: { jobId: string; library: Pick<LibraryRow, 'root'>; bytes: number },
): Promise<void> {
  if ((await expectedPlacement(db, { roots, library })) === 'link') return;
  try {
    const { bavail, bsize } = await statfs(roots.resolve(library.root));
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

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
