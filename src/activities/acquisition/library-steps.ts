import { randomBytes, randomUUID } from 'node:crypto';

import { fuzzyMatch, type MatchTarget } from '../../domain/acquisition/fuzzy-match.js';
import type { MatchResult } from '../../domain/acquisition/match-result.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { makeShortId } from '../../domain/jobs/job-id.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { scanFolder } from '../../integrations/libraries/folder.js';
import {
  eachItem,
  findItemByPath,
  findItemsByIds,
  markMissing,
  recordScanned,
  upsertItems,
  type ScannedItem,
} from '../../store/acquisition/library-items.js';
import { findLibrary, type LibraryRow } from '../../store/acquisition/settings.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';

const BATCH = 50;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Reads the folder; only a scan that read all of it may call something missing (acquisition.md §6). */
  scanLibrary: async (
    { libraryId, path = '' }: { libraryId: string; path?: string },
    step: StepContext,
  ): Promise<{ items: number; missing: number; scanId: string }> => {
    const library = await getLibrary(deps, libraryId);
    const scanId = randomUUID();
    const items = await scanAll(deps, { library, path, scanId, step }).catch((error: unknown) => {
      throw error === step.signal.reason ? error : diskFault(error);
    });
    const missing = await markMissing(deps.db, { libraryId, scanId, path });
    if (path === '') await recordScanned(deps.db, libraryId);
    step.log('info', `${items} items, ${missing} missing`, { path });
    return { items, missing, scanId };
  },

  /** Surest evidence first: the path that we wrote, ids, then likeness with guards. */
  matchItem: async ({
    libraryId,
    item,
    writtenPath,
  }: {
    libraryId: string;
    item: MediaItem;
    writtenPath?: string;
  }): Promise<MatchResult> => {
    if (writtenPath !== undefined) {
      const written = await findItemByPath(deps.db, { libraryId, path: writtenPath });
      if (written !== undefined) {
        return { verdict: 'matched', libraryItemId: written.id, tier: 'path', confidence: 100 };
      }
    }
    const [byId] = await findItemsByIds(deps.db, { libraryId, asin: item.asin, isbn: item.isbn });
    if (byId !== undefined) return { verdict: 'matched', libraryItemId: byId.id, tier: 'id', confidence: 90 };
    return matchByLikeness(deps, { libraryId, item });
  },
}));

export type LibrarySteps = StepsOf<typeof steps>;

async function getLibrary({ db }: ActivityDeps, id: string): Promise<LibraryRow> {
  const library = await findLibrary(db, id);
  if (library !== undefined) return library;
  throw new Fault('gone', `There is no library "${id}"`);
}

async function scanAll(
  deps: ActivityDeps,
  scan: { library: LibraryRow; path: string; scanId: string; step: StepContext },
): Promise<number> {
  const { library, scanId, step } = scan;
  let batch: ScannedItem[] = [];
  let items = 0;
  const write = async (): Promise<void> => {
    if (batch.length > 0) await upsertItems(deps.db, { libraryId: library.id, scanId, items: batch });
    batch = [];
    step.progress({ done: items, total: null, unit: 'items' });
  };
  const found = scanFolder({
    root: deps.roots.resolve(library.root),
    path: scan.path,
    signal: step.signal,
    known: (path) => findItemByPath(deps.db, { libraryId: library.id, path }),
    probe: (hostPath) => deps.media.probe(hostPath, step.signal),
  });
  for await (const item of found) {
    items += 1;
    batch.push({ ...item, id: item.id === '' ? `item-${makeShortId(randomBytes(8))}` : item.id });
    if (batch.length >= BATCH) await write();
  }
  await write();
  return items;
}

async function matchByLikeness(
  { db }: ActivityDeps,
  { libraryId, item }: { libraryId: string; item: MediaItem },
): Promise<MatchResult> {
  const targets: MatchTarget[] = [];
  for await (const target of eachItem(db, { libraryId, mediaType: item.mediaType })) {
    const { id, title, author, narrator, asin, durationSeconds } = target;
    targets.push({ id, title, author, narrator, asin, durationSeconds });
  }
  const verdict = fuzzyMatch(item, targets);
  if (verdict.verdict !== 'matched') return verdict;
  return {
    verdict: 'matched',
    libraryItemId: verdict.id,
    tier: 'fuzzy',
    confidence: Math.round(verdict.score * 100),
  };
}
