import { seedingDuty } from '../../domain/acquisition/seeding-duty.js';
import { findDownload, openDownloadsOfRequest, type DownloadRow } from '../../store/acquisition/downloads.js';
import { beginDuty } from '../../store/acquisition/seeding-duties.js';
import { findIndexer } from '../../store/acquisition/settings.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { giveBackDownload } from './give-back.js';

/**
 * Nobody waits for this download any more: what it owes to its indexer begins as a duty with an owner of its own, and
 * all else is given back. What is not complete owes nothing (acquisition.md §4.6).
 */
export async function finishDownload(
  deps: ActivityDeps,
  downloadId: string,
  step: Pick<StepContext, 'signal' | 'log'>,
): Promise<void> {
  const download = await findDownload(deps.db, downloadId);
  const isOpen = download?.removedAt === null;
  const duty = isOpen && download.completedAt !== null ? await dutyOf(deps, download) : undefined;
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
  for (const { id } of await openDownloadsOfRequest(deps.db, requestId)) {
    if (id !== downloadId) await giveBackDownload(deps, { downloadId: id, signal });
  }
}

async function dutyOf(
  { db }: ActivityDeps,
  { protocol, indexerId, minimumRatio, minimumSeedSeconds }: DownloadRow,
): Promise<ReturnType<typeof seedingDuty>> {
  if (protocol !== 'torrent') return undefined;
  const indexer = indexerId === null ? undefined : await findIndexer(db, indexerId);
  return seedingDuty({
    configured: { ratio: indexer?.seedRatio ?? null, minutes: indexer?.seedMinutes ?? null },
    stated: { ratio: minimumRatio ?? undefined, seconds: minimumSeedSeconds ?? undefined },
  });
}
