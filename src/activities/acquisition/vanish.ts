import { readdir, stat } from 'node:fs/promises';

import { inLibrary, isServerPath } from '../../domain/acquisition/library-paths.js';
import { errorCode } from '../../domain/faults.js';
import { importedFiles } from '../../store/acquisition/imports.js';
import { missingTwice, recordGone, type LibraryItemRow } from '../../store/acquisition/library-items.js';
import { recordRequestState, requestsIn, type RequestRow } from '../../store/acquisition/requests.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { rootState } from './root-state.js';

const LEAST_APART_MS = 3_600_000;

/**
 * Call it after a complete scan that marked what it missed. An item is gone only when a complete scan at least an hour
 * before had missed it too, its disk is there, and our files are not (acquisition.md §6): never by an error, an empty
 * list or a partial page (seerr#2296). Returns the folders of items whose files are there all the same.
 */
export async function applyVanishRule(
  deps: ActivityDeps,
  { library, step }: { library: LibraryRow; step: StepContext },
): Promise<{ gone: number; overlooked: string[] }> {
  const missing = await missingTwice(deps.db, { libraryId: library.id, leastMs: LEAST_APART_MS });
  const overlooked: string[] = [];
  let gone = 0;
  if (missing.length === 0 || !(await isDiskThere(deps, library))) return { gone, overlooked };
  for (const item of missing) {
    if (step.signal.aborted) throw step.signal.reason;
    const where = { libraryId: library.id, state: 'available', libraryItemId: item.id } as const;
    const requests = await requestsIn(deps.db, where);
    if (await areAbsent(deps, await ownPaths(deps, { library, item, requests }))) {
      gone += 1;
      await giveUp(deps, { item, requests, step });
    } else overlooked.push(item.path);
  }
  return { gone, overlooked };
}

/** A folder that bears no marker yet counts once something is in it. */
async function isDiskThere(deps: ActivityDeps, { root }: LibraryRow): Promise<boolean> {
  const { state } = await rootState(deps, root);
  if (state !== 'unmarked') return state === 'online';
  return (await readdir(deps.roots.resolve(root)).catch(() => [])).length > 0;
}

/** What we filed for it, else the item's own folder. */
async function ownPaths(
  { db }: ActivityDeps,
  { library, item, requests }: { library: LibraryRow; item: LibraryItemRow; requests: RequestRow[] },
): Promise<string[]> {
  const filed = await Promise.all(requests.map(({ id }) => importedFiles(db, id)));
  const paths = filed.flat().map(({ path }) => path);
  return paths.length > 0 || isServerPath(item.path) ? paths : [inLibrary(library, item.path)];
}

/** Whatever cannot be looked at may be there. */
async function areAbsent({ roots }: ActivityDeps, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    try {
      await stat(roots.resolve(path));
      return false;
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    }
  }
  return true;
}

async function giveUp(
  { db }: ActivityDeps,
  { item, requests, step }: { item: LibraryItemRow; requests: RequestRow[]; step: StepContext },
): Promise<void> {
  await recordGone(db, item.id);
  step.log('warn', `"${item.title}" is gone: two scans missed it, and its files are not there`);
  const detail = `"${item.title}" is gone from the library: two complete scans missed it, and its files are not there`;
  for (const { id: requestId } of requests) {
    await recordRequestState(db, { requestId, state: 'downloaded', actor: 'longplay', detail });
  }
}
