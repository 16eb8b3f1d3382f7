import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';

import { errorCode, Fault, normalizeError } from '../../domain/faults.js';
import { ROOT_MARKER } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { readRootMarker, writeRootMarker } from '../../integrations/files/root-marker.js';
import type { Roots } from '../../integrations/files/roots.js';
import {
  findRootMarker,
  holdsItems,
  lockMarkers,
  recordRootMarker,
} from '../../store/acquisition/root-markers.js';
import type { Database, Queryable } from '../../store/database.js';

/**
 * Whether the disk that belongs to a library's root, or to downloads, is mounted there (acquisition.md §5.6). `unmarked`: there, and
 * never marked, or nothing may be written on it; `absent`: a folder that nobody has made so far.
 */
export type RootState = { state: 'online' | 'unmarked' | 'absent' } | { state: 'offline'; why: string };

/** Where downloads go. */
export const DOWNLOADS = 'downloads:';

interface RootDeps {
  roots: Roots;
  db: Queryable;
}

/** By its marker: a mount point is there without its disk too. Writes nothing. */
export async function rootState({ roots, db }: RootDeps, root: string): Promise<RootState> {
  const wanted = await findRootMarker(db, root);
  try {
    const folder = roots.resolve(root);
    const found = await readRootMarker(folder);
    if (wanted !== undefined) return compare(root, { wanted, found });
    const isBare =
      found === undefined && (await readdir(folder)).length === 0 && (await holdsItems(db, root));
    return isBare
      ? offline(`${root} is there, and empty, though something was put there`)
      : { state: 'unmarked' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return wanted === undefined && !(await holdsItems(db, root))
        ? { state: 'absent' }
        : offline(`The folder ${root} is not there`);
    }
    const fault = diskFault(error);
    if (fault instanceof Fault && fault.kind === 'environment') return offline(fault.message);
    throw error;
  }
}

function compare(root: string, { wanted, found }: { wanted: string; found: string | undefined }): RootState {
  if (found === wanted) return { state: 'online' };
  return offline(
    found === undefined
      ? `The folder ${root} is there without its ${ROOT_MARKER}: its disk is not mounted`
      : `The folder ${root} is on another disk than it was`,
  );
}

function offline(why: string): RootState {
  return { state: 'offline', why };
}

/**
 * Before anything is written or called missing below a root. A root that is seen for the first time is marked.
 * @throws Fault environment (mount_gone) while its disk is away: what is written then would fill the disk below (no. 36).
 */
export async function requireOnline(
  deps: { roots: Roots; db: Database },
  { root }: { root: string },
): Promise<void> {
  const found = await rootState(deps, root);
  if (found.state === 'unmarked') await markRoot(deps, root);
  if (found.state === 'offline') throw away(root, found.why, 'Mount its disk, and the job goes on by itself');
}

/** The same, where nothing is to be written. @throws Fault environment (mount_gone) while its disk is away. */
export async function checkOnline(deps: RootDeps, { root }: { root: string }): Promise<void> {
  const found = await rootState(deps, root);
  if (found.state === 'offline') throw away(root, found.why, 'Mount its disk');
}

function away(root: string, why: string, remedy: string): Fault {
  return new Fault('environment', why, {
    waitingReason: 'mount_gone',
    remedy: `${remedy}; if this is the right one, mark it: longplay ${root === DOWNLOADS ? 'client mark' : 'library mark ID'}`,
  });
}

/**
 * Takes what is mounted at a root as the right disk; a disk that was marked before keeps its id. Returns false where
 * nothing may be written: such a root stays unmarked.
 * @throws Fault environment when the folder is not there.
 */
export async function markRoot(
  { roots, db }: { roots: Roots; db: Database },
  root: string,
): Promise<boolean> {
  try {
    const folder = roots.resolve(root);
    await db.transaction(async (tx) => {
      await lockMarkers(tx);
      const found = await readRootMarker(folder);
      const id = found ?? randomUUID();
      if (found === undefined) await writeRootMarker(folder, id);
      await recordRootMarker(tx, { place: root, id });
    });
    return true;
  } catch (error) {
    if (['EROFS', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return false;
    throw errorCode(error) === 'ENOENT' ? rootMissing(root, error) : diskFault(error);
  }
}

function rootMissing(root: string, cause: unknown): Fault {
  return new Fault('environment', `The folder ${root} is not there`, {
    waitingReason: 'mount_gone',
    remedy: 'Mount its disk, or make the folder',
    cause: normalizeError(cause),
  });
}
