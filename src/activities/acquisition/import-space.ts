import { SPARE_BYTES } from '../../domain/acquisition/circumstances.js';
import { Fault } from '../../domain/faults.js';
import { readVolume } from '../../integrations/files/volume.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import { plannedBytes } from '../../store/acquisition/space.js';
import { reservedSpace } from '../../store/space.js';
import type { ActivityDeps } from '../deps.js';
import { sharedBytes } from '../jobs/reserved-space.js';
import type { ImportPlan } from './import-plan.js';
import { expectedPlacement } from './placement.js';

/**
 * Room for a copy of all files, beside what imports that were planned before still need: of several that do not fit at
 * once the first goes first, and none is staged half.
 * @throws Fault environment (disk_full).
 */
export async function requireImportRoom(
  { db, roots }: Pick<ActivityDeps, 'db' | 'roots'>,
  { jobId, library, plan }: { jobId: string; library: Pick<LibraryRow, 'root'>; plan: ImportPlan },
): Promise<void> {
  const { writeTags } = plan;
  if ((await expectedPlacement(db, { roots, library, writeTags })) === 'link') return;
  await requireRoom({ db, roots }, { jobId, root: library.root, bytes: bytesOf(plan), what: 'import' });
}

/** While one file gets its tags it is there twice. */
function bytesOf({ media, extras, writeTags }: ImportPlan): number {
  const all = [...media, ...extras].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return writeTags === 'never' ? all : all + Math.max(...media.map(({ sizeBytes }) => sizeBytes));
}

/**
 * Room below a library's root, beside what planned imports still need.
 * @throws Fault environment (disk_full).
 */
export async function requireRoom(
  { db, roots }: Pick<ActivityDeps, 'db' | 'roots'>,
  { jobId, root, bytes, what }: { jobId: string; root: string; bytes: number; what: string },
): Promise<void> {
  const volume = await readVolume(roots.resolve(root));
  const ofOthers = await sharedBytes({ roots }, volume, await reservedSpace(db, { except: jobId }));
  const taken = SPARE_BYTES + ofOthers + (await plannedBytes(db, { jobId, root }));
  const free = Math.max(0, volume.freeBytes - taken);
  if (bytes <= free) return;
  throw new Fault('environment', `The ${what} needs ${megabytes(bytes)} MB, ${megabytes(free)} MB are free`, {
    waitingReason: 'disk_full',
    remedy: 'Make room in the library; the job goes on by itself',
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
