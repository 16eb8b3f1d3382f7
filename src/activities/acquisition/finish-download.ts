import { seedingDuty } from '../../domain/acquisition/seeding-duty.js';
import { findDownload, openDownloadsOfRequest, type DownloadRow } from '../../store/acquisition/downloads.js';
import { beginDuty } from '../../store/acquisition/seeding-duties.js';
import { findRequest } from '../../store/acquisition/requests.js';
import { findIndexer, type IndexerRow } from '../../store/acquisition/indexers.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { blockFor } from './block-release.js';
import { giveBackDownload, leaveInClient } from './give-back.js';

/**
 * Nobody waits for this download any more: what it owes to its indexer begins as a duty with an owner of its own, and
 * all else is given back. What is not complete owes nothing (acquisition.md §4.6).
 */
export async function finishDownload(
  deps: ActivityDeps,
  { downloadId, cancelled }: { downloadId: string; cancelled: boolean },
  step: Pick<StepContext, 'signal' | 'log'>,
): Promise<void> {
  const download = await findDownload(deps.db, downloadId);
  if (download?.removedAt !== null) return;
  const indexer = download.indexerId === null ? undefined : await findIndexer(deps.db, download.indexerId);
  if (!cancelled && download.protocol === 'usenet' && indexer?.removeAfterProcessing === false) {
    step.log('info', 'stays in its client, as its indexer is set');
    return leaveInClient(deps, downloadId);
  }
  const duty = download.completedAt === null ? undefined : dutyOf(download, indexer);
  if (duty === undefined) return giveBackDownload(deps, { downloadId, signal: step.signal });
  step.log('info', 'is seeded on, as its indexer asks for', duty);
  await beginDuty(deps.db, { downloadId, duty });
}

/** Those that stalled were kept in case that no other release comes; another one has come. */
export async function giveBackOthers(
  deps: ActivityDeps,
  { requestId, downloadId }: { requestId: string; downloadId: string },
  { signal }: Pick<StepContext, 'signal'>,
): Promise<void> {
  const others = (await openDownloadsOfRequest(deps.db, requestId)).filter(({ id }) => id !== downloadId);
  for (const download of others) {
    if (download.parkedAt !== null) await blockStalled(deps, requestId, download);
    await giveBackDownload(deps, { downloadId: download.id, signal });
  }
}

/** Nobody seeded it, and another one was there: it is not fetched again for a month (acquisition.md §3.6). */
async function blockStalled(
  { db }: ActivityDeps,
  requestId: string,
  { indexerId, infoHash, releaseTitle, protocol }: DownloadRow,
): Promise<void> {
  const request = await findRequest(db, requestId);
  if (request === undefined || indexerId === null) return;
  await blockFor(db, request.item, {
    release: { indexerId, infoHash, title: releaseTitle, protocol },
    fault: 'stalled',
    source: 'download',
    evidence: 'it stalled, and another release came',
  });
}

function dutyOf(
  { protocol, minimumRatio, minimumSeedSeconds }: DownloadRow,
  indexer: IndexerRow | undefined,
): ReturnType<typeof seedingDuty> {
  if (protocol !== 'torrent') return undefined;
  return seedingDuty({
    configured: { ratio: indexer?.seedRatio ?? null, minutes: indexer?.seedMinutes ?? null },
    stated: { ratio: minimumRatio ?? undefined, seconds: minimumSeedSeconds ?? undefined },
  });
}
