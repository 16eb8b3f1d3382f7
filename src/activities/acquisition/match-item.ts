import path from 'node:path';

import { fuzzyMatch, type FuzzyVerdict } from '../../domain/acquisition/fuzzy-match.js';
import { indexLibrary, type LibraryIndex } from '../../domain/acquisition/library-index.js';
import { fromLogical } from '../../domain/acquisition/library-paths.js';
import type { MatchTarget } from '../../domain/acquisition/match-guards.js';
import type { MatchResult } from '../../domain/acquisition/match-result.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { workIdsOf } from '../../domain/acquisition/work-ids.js';
import { importedFiles, type ManifestFile } from '../../store/acquisition/imports.js';
import { findItemsByIds } from '../../store/acquisition/known-items.js';
import {
  eachItem,
  findItemsByPaths,
  findItemsBySize,
  type LibraryItemRow,
} from '../../store/acquisition/library-items.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';

/** Likeness alone is never as sure as an id (acquisition.md §6). */
const MAX_FUZZY_CONFIDENCE = 89;

export interface Sought {
  library: LibraryRow;
  item: MediaItem;
  /** Relative to the library's root. */
  writtenPath?: string | undefined;
  /** Whose files were filed. */
  requestId?: string | undefined;
  /** For many items at once; else the library is read for this one. */
  likeness?: Likeness;
}

type Likeness = (item: MediaItem) => Promise<FuzzyVerdict>;

/** Surest evidence first: the path that we wrote, our files, ids, then likeness with guards (acquisition.md §6). */
export async function matchInLibrary(deps: ActivityDeps, sought: Sought): Promise<MatchResult> {
  const { requestId } = sought;
  const filed = requestId === undefined ? [] : await importedFiles(deps.db, requestId);
  const written = await byPath(deps, sought, filed);
  if (written !== undefined) return matched(written, 'path', 100);
  const same = await byFiles(deps, sought, filed);
  if (same !== undefined) return matched(same, 'files', 95);
  const known = await byIds(deps, sought);
  return known === undefined ? byLikeness(deps, sought) : matched(known, 'id', 90);
}

function matched(
  { id }: Pick<LibraryItemRow, 'id'>,
  tier: Extract<MatchResult, { verdict: 'matched' }>['tier'],
  confidence: number,
): MatchResult {
  return { verdict: 'matched', libraryItemId: id, tier, confidence };
}

/**
 * Whatever ids and titles say (RMAB#284). A server may know a film by its file, and a book by the folder of its discs,
 * below ours.
 */
async function byPath(
  { db }: ActivityDeps,
  { library, item, writtenPath }: Sought,
  filed: readonly ManifestFile[],
): Promise<LibraryItemRow | undefined> {
  const files = filed.flatMap(({ path: file }) => fromLogical(library, file) ?? []);
  const folders = files.map((file) => path.posix.dirname(file));
  // Many episodes share their season's folder.
  const exact = writtenPath === undefined || item.mediaType === 'episode' ? [] : [writtenPath];
  const below = item.mediaType === 'episode' ? [] : folders;
  const paths = [...new Set([...exact, ...files, ...below])];
  if (paths.length === 0) return undefined;
  const { mediaType } = item;
  const [found] = await findItemsByPaths(db, { libraryId: library.id, mediaType, paths });
  return found;
}

/** Moved or mapped elsewhere: the same names of the same sizes. */
async function byFiles(
  { db }: ActivityDeps,
  { library, item }: Sought,
  filed: readonly ManifestFile[],
): Promise<LibraryItemRow | undefined> {
  const own = filed.map(({ path: file, sizeBytes }) => ({ path: file, sizeBytes }));
  if (own.length === 0) return undefined;
  const like = await findItemsBySize(db, {
    libraryId: library.id,
    mediaType: item.mediaType,
    files: own.length,
    sizeBytes: own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  });
  return like.find(({ files }) => signatureOf(files) === signatureOf(own));
}

function signatureOf(files: readonly { path: string; sizeBytes: number }[]): string {
  const lines = files.map(
    ({ path: file, sizeBytes }) => `${path.posix.basename(file).toLowerCase()} ${sizeBytes}`,
  );
  return lines.sort().join('\n');
}

async function byIds({ db }: ActivityDeps, { library, item }: Sought): Promise<LibraryItemRow | undefined> {
  const { mediaType } = item;
  const [found] = await findItemsByIds(db, { libraryId: library.id, mediaType, ...workIdsOf(item) });
  return found;
}

async function byLikeness(deps: ActivityDeps, { library, item, likeness }: Sought): Promise<MatchResult> {
  const verdict =
    likeness === undefined
      ? fuzzyMatch(item, await targetsOf(deps, library, item.mediaType))
      : await likeness(item);
  if (verdict.verdict !== 'matched') return verdict;
  return matched(verdict, 'fuzzy', Math.min(MAX_FUZZY_CONFIDENCE, Math.round(verdict.score * 100)));
}

/** Likeness for many items, which reads the library once a kind, when it is first asked for. */
export function likenessIn(deps: ActivityDeps, library: LibraryRow): Likeness {
  const indexes = new Map<string, Promise<LibraryIndex>>();
  return async (item) => {
    const { mediaType } = item;
    const index = indexes.get(mediaType) ?? targetsOf(deps, library, mediaType).then(indexLibrary);
    indexes.set(mediaType, index);
    return (await index).match(item);
  };
}

async function targetsOf(
  { db }: ActivityDeps,
  library: LibraryRow,
  mediaType: string,
): Promise<MatchTarget[]> {
  const targets: MatchTarget[] = [];
  for await (const target of eachItem(db, { libraryId: library.id, mediaType })) {
    const { id, title, author, narrator, asin, isbn, durationSeconds, season, episode } = target;
    targets.push({ id, title, author, narrator, asin, isbn, durationSeconds, season, episode });
  }
  return targets;
}
