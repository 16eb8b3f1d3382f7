import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';

import { Fault, normalizeError } from '../../domain/faults.js';
import type { Root } from '../../domain/logical-path.js';
import type { ScannedRoot } from '../../domain/media/scanned-place.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { readScanStart } from '../../store/acquisition/library-items.js';
import { countVideos } from '../../store/media/video-scan.js';
import type { ActivityDeps } from '../deps.js';
import { checkOnline, requireOnline, rootState } from '../acquisition/root-state.js';
import { NOTHING_COUNTED, type WalkState } from './scan-state.js';
import { withoutHostPaths } from './without-host-paths.js';

export interface ScanPlace {
  root: Extract<Root, ScannedRoot | 'public'>;
  /** Relative to the root. */
  folder: string;
}

export type ScanDeps = Pick<ActivityDeps, 'db' | 'roots' | 'media'>;

/**
 * Before a slice reads a folder, and before anything in it is called missing. The folder of a library is marked when it
 * is seen for the first time; in the gallery nothing is ever written.
 * @returns what the folder is known by while a walk lasts.
 * @throws Fault environment (mount_gone) while its disk is away, bad_input where nobody has made the folder.
 */
export async function requirePlace(deps: ScanDeps, { root, folder }: ScanPlace): Promise<string> {
  const logical = `${root}:${folder}`;
  const { state } = await rootState(deps, logical);
  if (state === 'absent') {
    throw new Fault('bad_input', `Expected the folder ${logical}, it is not there`, {
      remedy: `Make it below the root ${root}, or name one that is there by directoryType`,
    });
  }
  if (root === 'public') await checkOnline(deps, { root: logical });
  else await requireOnline(deps, { root: logical });
  const { dev, ino } = await stat(path.join(deps.roots.folderOf(root), folder), { bigint: true });
  return `${dev}:${ino}`;
}

/** A walk from the start. */
export async function beginWalk(deps: ScanDeps, place: ScanPlace, identity: string): Promise<WalkState> {
  const expected = await countVideos(deps.db, place);
  const since = await readScanStart(deps.db);
  return { scanId: randomUUID(), since, place: identity, expected, cursor: null, counts: NOTHING_COUNTED };
}

/** Trouble of the disk as the fault that it is, and told without a host's paths. */
export function scanFault(error: unknown, hostRoot: string): Error {
  const known = diskFault(error);
  const message = withoutHostPaths(normalizeError(known).message, hostRoot);
  if (!(known instanceof Fault)) return new Error(message, { cause: error });
  const { kind, remedy, waitingReason, retryAfterMs } = known;
  return new Fault(kind, message, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(waitingReason === undefined ? {} : { waitingReason }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: error,
  });
}
