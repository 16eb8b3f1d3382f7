import { SPARE_BYTES } from '../../domain/acquisition/circumstances.js';
import { Fault } from '../../domain/faults.js';
import { planDownload, type PlannedDownload } from '../../store/acquisition/downloads.js';
import { findRequest } from '../../store/acquisition/requests.js';
import { findLibrary } from '../../store/acquisition/libraries.js';
import { isInClient } from '../../store/acquisition/space.js';
import type { Queryable } from '../../store/database.js';
import { lockSpace } from '../../store/space.js';
import type { ActivityDeps } from '../deps.js';
import { downloadSpace } from './circumstances.js';

/** What a download would take. */
interface Need {
  /** Of the download itself, which its own earlier intent does not stand in the way of. */
  id: string;
  infoHash: string | null;
  /** 0 where nobody knows. */
  bytes: number;
  requestId: string | null;
}

/**
 * Writes the intent where there is room for it; from then on its bytes count as taken for everybody else.
 * @throws Fault environment (disk_full): the grab waits, and no other release is tried for it (§3.8).
 */
export async function reserveDownload(deps: ActivityDeps, plan: PlannedDownload): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await lockSpace(tx);
    await requireRoom(deps, tx, { ...plan, bytes: plan.totalBytes });
    await planDownload(tx, plan);
  });
}

/** @throws Fault environment (disk_full). */
export async function requireRoom(
  deps: ActivityDeps,
  db: Queryable,
  { id, infoHash, bytes, requestId }: Need,
): Promise<void> {
  if (bytes === 0 || (infoHash !== null && (await isInClient(db, infoHash)))) return;
  const request = requestId === null ? undefined : await findRequest(db, requestId);
  const library = request === undefined ? undefined : await findLibrary(db, request.libraryId);
  const { freeBytes, reservedBytes, linkable } = await downloadSpace(deps, db, { library, except: id });
  const needed = bytes * (linkable ? 1 : 2);
  const free = Math.max(0, freeBytes - reservedBytes - SPARE_BYTES);
  if (needed <= free) return;
  throw new Fault(
    'environment',
    `Expected ${gigabytes(needed)} GB of room for the download, ${gigabytes(free)} GB are free beside what others still need`,
    { waitingReason: 'disk_full', remedy: 'Make room where downloads go; the job goes on by itself' },
  );
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
