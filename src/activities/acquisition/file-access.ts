import type { FileAccess } from '../../domain/acquisition/download.js';
import { contentOf, findDownload } from '../../store/acquisition/downloads.js';
import { findIndexer } from '../../store/acquisition/indexers.js';
import { openIndexer, type ConnectDeps } from './connect.js';
import { unpackContent } from './download-content.js';

/**
 * What the files of a direct source are fetched with now. It is asked for before each hand-over and kept nowhere: it
 * may hold the source's password. A source that is configured no more leaves its files to their own addresses.
 * @throws Fault as Indexer.fetchRelease
 */
export async function accessToFiles(
  deps: ConnectDeps,
  downloadId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FileAccess>> {
  const none = new Map<string, FileAccess>();
  const download = await findDownload(deps.db, downloadId);
  if (download?.protocol !== 'direct' || download.removedAt !== null || download.indexerId === null)
    return none;
  const stored = await contentOf(deps.db, downloadId);
  const source = await findIndexer(deps.db, download.indexerId);
  if (stored === undefined || source === undefined) return none;
  const content = unpackContent(stored, download.infoHash);
  if (content.kind !== 'files') return none;
  return (await openIndexer(deps, source).openFiles?.(content.files, signal)) ?? none;
}
