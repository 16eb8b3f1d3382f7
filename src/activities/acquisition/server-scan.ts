import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';

import { toServerPath } from '../../domain/acquisition/library-paths.js';
import { coversScope, joinScopes } from '../../domain/acquisition/scan-scope.js';
import { Fault } from '../../domain/faults.js';
import type { LibraryServer } from '../../integrations/libraries/port.js';
import {
  markMissing,
  readScanStart,
  recordLook,
  recordScanned,
} from '../../store/acquisition/library-items.js';
import {
  askedScopes,
  beginScan,
  endScan,
  lastAsked,
  scansSinceJob,
} from '../../store/acquisition/library-scans.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { lookFrom } from './look-from.js';
import { matchDownloaded } from './match-downloaded.js';
import { readServer } from './read-server.js';
import { applyVanishRule } from './vanish.js';

/** A scan that takes longer goes on without us: the list is read, and read again by a later look. */
const LONGEST_WAIT_MS = 300_000;
const FIRST_LOOK_MS = 100;
const SLOWEST_LOOK_MS = 5_000;

export interface ServerScan {
  library: LibraryRow;
  server: LibraryServer;
  /** Relative to the library's root; '' for all of it. */
  path: string;
  step: StepContext;
}

export interface Scanned {
  items: number;
  missing: number;
}

/**
 * Scans a media server for all jobs that ask for it just now: whoever comes after finds it done (acquisition.md §6).
 * @throws Fault environment while the server is away or runs a scan of its own.
 */
export async function scanOnServer(deps: ActivityDeps, scan: ServerScan): Promise<Scanned> {
  const { library, server, path, step } = scan;
  const libraryId = library.id;
  const earlier = await scansSinceJob(deps.db, { libraryId, jobId: step.jobId });
  const shared = earlier.find(({ paths }) => coversScope(paths, path));
  if (shared !== undefined) {
    step.log('info', 'another job has scanned it since this one was asked for');
    return { items: shared.items, missing: shared.missing };
  }
  const paths = joinScopes([...(await askedScopes(deps.db, libraryId)), path], server);
  const began = await readScanStart(deps.db);
  await ask(deps, scan, paths);
  const id = await beginScan(deps.db, { libraryId, paths, began });
  await untilIdle(scan);
  const scanned = await read(deps, scan, paths === null);
  await endScan(deps.db, { id, ...scanned });
  return scanned;
}

/** A folder that was asked for a moment ago is left alone: to ask again would begin its wait anew. */
async function ask(
  { db, roots }: ActivityDeps,
  { library, server, step }: ServerScan,
  paths: string[] | null,
): Promise<void> {
  const recent = await lastAsked(db, { libraryId: library.id, withinMs: server.beginsWithinMs });
  const wanted = paths === null ? [undefined] : paths.filter((path) => !recent.includes(path));
  for (const path of wanted) {
    const folder = path === undefined ? undefined : toServerPath(library, path, roots.folderOf);
    if ((await server.scan(folder, step.signal)) === 'asked') continue;
    throw new Fault('environment', `${library.name} is being scanned: a further scan would be dropped`, {
      waitingReason: 'library_scan',
      remedy: 'Nothing: it is asked again once that scan has ended',
    });
  }
  step.log('info', `asked for a scan of ${paths === null ? 'all' : paths.join(', ')}`);
}

async function untilIdle({ server, step }: ServerScan): Promise<void> {
  const until = performance.now() + LONGEST_WAIT_MS;
  for (
    let waitMs = FIRST_LOOK_MS;
    performance.now() < until;
    waitMs = Math.min(waitMs * 2, SLOWEST_LOOK_MS)
  ) {
    await after(waitMs, undefined, { signal: step.signal }).catch(() => {
      throw step.signal.reason;
    });
    if ((await server.scanState(step.signal)) === 'idle') return;
  }
  step.log('warn', 'the scan goes on; what it has found by now is read');
}

/** Only a whole list, read without an error and with something in it, may call anything missing. */
async function read(
  deps: ActivityDeps,
  { library, server, step }: ServerScan,
  whole: boolean,
): Promise<Scanned> {
  const libraryId = library.id;
  const since = await readScanStart(deps.db);
  const addedSince = whole ? undefined : await lookFrom(deps, libraryId);
  const items = await readServer(deps, { library, server, addedSince, scanId: randomUUID(), step });
  await recordLook(deps.db, { libraryId, began: since });
  const isComplete = addedSince === undefined && items > 0;
  const missing = isComplete ? await markMissing(deps.db, { libraryId, since, path: '' }) : 0;
  if (isComplete) {
    await recordScanned(deps.db, libraryId);
    const { gone, overlooked } = await applyVanishRule(deps, { library, step });
    step.log('info', `${items} items, ${missing} missing, ${gone} gone`);
    await rescan(deps, { library, server, step }, overlooked);
  } else step.log('info', `${items} items`, { isComplete });
  await matchDownloaded(deps, { library, step });
  return { items, missing };
}

/** Its files are there, and the server does not show it: it shall look again. */
async function rescan(
  { roots }: ActivityDeps,
  { library, server, step }: Omit<ServerScan, 'path'>,
  overlooked: readonly string[],
): Promise<void> {
  if (overlooked.length === 0) return;
  step.log(
    'warn',
    `${overlooked.length} items are on the disk, but the server does not show them: scanned again`,
  );
  for (const path of joinScopes(overlooked, server) ?? [undefined]) {
    const folder = path === undefined ? undefined : toServerPath(library, path, roots.folderOf);
    await server.scan(folder, step.signal);
  }
}
