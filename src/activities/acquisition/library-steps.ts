import { randomBytes, randomUUID } from 'node:crypto';

import { inLibrary } from '../../domain/acquisition/library-paths.js';
import type { MatchResult } from '../../domain/acquisition/match-result.js';
import { MEDIA_TYPES, type MediaItem } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { makeShortId } from '../../domain/jobs/job-id.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { scanFolder } from '../../integrations/libraries/folder.js';
import {
  itemsAt,
  markMissing,
  readScanStart,
  recordScanned,
  seeItems,
  upsertItems,
  type ScannedItem,
} from '../../store/acquisition/library-items.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { openLibraryServer } from './connect.js';
import { getLibrary } from './library.js';
import { matchDownloaded } from './match-downloaded.js';
import { matchInLibrary } from './match-item.js';
import { requireOnline } from './root-state.js';
import { scanOnServer } from './server-scan.js';
import { applyVanishRule } from './vanish.js';

const BATCH = 50;
/** How long a scan of a media server waits for others that ask for one (acquisition.md §6). */
const COLLECT_MS = 10_000;
/** A disk that dies must not fill the log. */
const MAX_LOGGED = 100;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Reads the folder; only a scan that read all of it may call something missing (acquisition.md §6). */
  scanLibrary: async (
    { libraryId, path = '' }: { libraryId: string; path?: string },
    step: StepContext,
  ): Promise<{ items: number; missing: number; scanId: string }> => {
    const library = await getLibrary(deps, libraryId);
    await requireOnline(deps, library);
    const scan = { library, path: normalizeScope(library, path), scanId: randomUUID(), step };
    const since = await readScanStart(deps.db);
    const { items, unreadFolders } = await scanAll(deps, scan).catch((error: unknown) => {
      throw error === step.signal.reason ? error : diskFault(error);
    });
    const isComplete = unreadFolders === 0 && (items > 0 || scan.path !== '');
    const missing = isComplete ? await markMissing(deps.db, { libraryId, since, path: scan.path }) : 0;
    if (isComplete && scan.path === '') {
      await recordScanned(deps.db, libraryId);
      await applyVanishRule(deps, { library, step });
    }
    step.log('info', `${items} items, ${missing} missing`, { path: scan.path, isComplete });
    await matchDownloaded(deps, { library, step });
    return { items, missing, scanId: scan.scanId };
  },

  /** null: a folder, which nobody needs to collect scans for. */
  planScan: async ({ libraryId }: { libraryId: string }): Promise<{ collectMs: number | null }> => {
    const { kind } = await getLibrary(deps, libraryId);
    return { collectMs: kind === 'folder' ? null : COLLECT_MS };
  },

  scanServer: async (
    { libraryId, path = '' }: { libraryId: string; path?: string },
    step: StepContext,
  ): Promise<{ items: number; missing: number }> => {
    const library = await getLibrary(deps, libraryId);
    const server = openLibraryServer(deps, library);
    if (server !== undefined)
      return scanOnServer(deps, { library, server, path: normalizeScope(library, path), step });
    throw new Fault('superseded', `The library "${libraryId}" has become a folder`, {
      remedy: 'Scan it again',
    });
  },

  matchItem: async ({
    libraryId,
    ...sought
  }: {
    libraryId: string;
    item: MediaItem;
    writtenPath?: string;
    requestId?: string;
  }): Promise<MatchResult> => matchInLibrary(deps, { library: await getLibrary(deps, libraryId), ...sought }),
}));

export type LibrarySteps = StepsOf<typeof steps>;

/** @throws Fault bad_input for a path that leaves the library, or for a hidden folder, which no scan looks at. */
function normalizeScope(library: LibraryRow, scope: string): string {
  const { root } = parseLogicalPath(library.root);
  const { relative } = parseLogicalPath(`${root}:${scope}`);
  if (relative.split('/').some((name) => name.startsWith('.'))) {
    throw new Fault('bad_input', `Expected a folder that scans look at, got the hidden "${relative}"`);
  }
  return relative;
}

async function scanAll(
  deps: ActivityDeps,
  scan: { library: LibraryRow; path: string; scanId: string; step: StepContext },
): Promise<{ items: number; unreadFolders: number }> {
  const { library, scanId, step } = scan;
  deps.roots.resolve(inLibrary(library, scan.path));
  let [changed, same]: [ScannedItem[], string[]] = [[], []];
  let [items, unread, unreadFolders] = [0, 0, 0];
  const write = async (): Promise<void> => {
    const about = { libraryId: library.id, scanId };
    if (same.length > 0) await seeItems(deps.db, { ...about, paths: same });
    if (changed.length > 0) await upsertItems(deps.db, { ...about, items: changed });
    [changed, same] = [[], []];
    step.progress({ done: items, total: null, unit: 'items' });
  };
  const found = scanFolder({
    root: deps.roots.resolve(library.root),
    mediaTypes: MEDIA_TYPES.filter((type) => library.mediaTypes.includes(type)),
    path: scan.path,
    signal: step.signal,
    known: (paths) => itemsAt(deps.db, { libraryId: library.id, paths }),
    probe: (hostPath) => deps.media.probe(hostPath, step.signal),
    onUnread: ({ what, relative, why }) => {
      unread += 1;
      unreadFolders += what === 'folder' ? 1 : 0;
      if (unread <= MAX_LOGGED) step.log('warn', `cannot read ${relative}: ${why}`);
    },
  });
  for await (const { item, unchanged } of found) {
    items += 1;
    if (unchanged) same.push(item.path);
    else changed.push({ ...item, id: item.id === '' ? `item-${makeShortId(randomBytes(8))}` : item.id });
    if (changed.length + same.length >= BATCH) await write();
  }
  await write();
  return { items, unreadFolders };
}
