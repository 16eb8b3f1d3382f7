import { itemKey } from '../../catalogue/acquisition/media-item.js';
import { isBlocked, readBlocklist } from '../../domain/acquisition/blocklist.js';
import { Fault } from '../../domain/faults.js';
import { idWithin } from '../../domain/jobs/job-id.js';
import { logicalPath } from '../../domain/logical-path.js';
import {
  coOwner,
  findDownloadByJob,
  takeOver,
  type PlannedDownload,
} from '../../store/acquisition/downloads.js';
import { findRequest } from '../../store/acquisition/requests.js';
import { blockedKeys } from '../../store/acquisition/blocklist.js';
import { findCandidate, identityOf, type CandidateRow } from '../../store/acquisition/searches.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { addToClient } from './add-to-client.js';
import { chooseClient } from './choose-client.js';
import { openClient } from './connect.js';
import { packContent } from './download-content.js';
import { fetchContent, type FetchedContent } from './fetch-content.js';
import { accessToFiles } from './file-access.js';
import { giveBackDownload } from './give-back.js';
import { requireRoom, reserveDownload } from './reserve-space.js';

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Fetches and checks the release's file and writes the intent: the client hears of nothing yet. */
  planDownload: async (
    {
      searchId,
      candidate: number,
      requestId,
      round,
    }: { searchId: string; candidate: number; requestId?: string; round: number },
    step: StepContext,
  ): Promise<{ downloadId: string }> => {
    const candidate = await findCandidate(deps.db, { searchId, number });
    if (candidate === undefined) throw new Fault('gone', `Search ${searchId} has no release no. ${number}`);
    const takesOver = { ...candidate, jobId: step.jobId, round, requestId };
    const kept = await takeOver(deps.db, takesOver);
    if (kept !== undefined) return { downloadId: kept };
    const id = (await findDownloadByJob(deps.db, step.jobId))?.id ?? idWithin('dl', step.jobId);
    const need = {
      id,
      infoHash: candidate.infoHash,
      bytes: candidate.sizeBytes,
      requestId: requestId ?? null,
    };
    // Before the fetch, which the indexer counts.
    await requireRoom(deps, deps.db, need);
    const fetched = await fetchContent(deps, candidate, step);
    await refuseBlocked(deps, { candidate, fetched, requestId });
    // Only its file tells its hash where the indexer does not.
    const same = await takeOver(deps.db, { ...takesOver, infoHash: fetched.infoHash });
    if (same !== undefined) return { downloadId: same };
    const client = await chooseClient(deps, fetched.protocol);
    step.log('info', `takes ${candidate.title}`, { client: client.name, bytes: fetched.totalBytes });
    const item = {
      id,
      clientId: client.id,
      clientItemId: openClient(deps, client).itemIdFor(id, fetched.contentKey),
    };
    const plan = {
      ...item,
      ...intentOf(candidate, fetched),
      jobId: step.jobId,
      round,
      requestId: requestId ?? null,
      // One that another download has already lies where that one has put it.
      directory: (await coOwner(deps.db, item))?.directory ?? logicalPath('downloads', id),
    };
    await reserveDownload(deps, plan);
    return { downloadId: id };
  },

  /** Get-or-add: whatever became of an earlier try, afterwards the client has the item once. */
  startDownload: async ({ downloadId }: { downloadId: string }, step: StepContext): Promise<void> => {
    const { signal, fence } = step;
    const access = await accessToFiles(deps, downloadId, signal);
    const added = await addToClient(deps, downloadId, { resume: step.attempt > 1, access, signal, fence });
    if (!added) throw new Fault('gone', `The download "${downloadId}" was given back before it was added`);
  },

  /** Undoes one round's download; a later round that took it up again keeps it. */
  stopDownload: async (
    { downloadId, round }: { downloadId: string; round: number },
    step: StepContext,
  ): Promise<void> => {
    await giveBackDownload(deps, { downloadId, round, signal: step.signal });
  },
}));

export type DownloadSteps = StepsOf<typeof steps>;

function intentOf(
  { title, indexerId, guid, release }: CandidateRow,
  { protocol, infoHash, content, totalBytes }: FetchedContent,
): Omit<PlannedDownload, 'id' | 'jobId' | 'round' | 'requestId' | 'clientId' | 'clientItemId' | 'directory'> {
  return {
    protocol,
    infoHash,
    releaseTitle: title,
    indexerId,
    guid,
    content: packContent(content),
    totalBytes,
    minimumRatio: release?.minimumRatio ?? null,
    minimumSeedSeconds: release?.minimumSeedTimeSeconds ?? null,
  };
}

/** Many indexers tell no hash: what is blocked by it shows only now (acquisition.md §3.6). */
async function refuseBlocked(
  deps: ActivityDeps,
  grab: { candidate: CandidateRow; fetched: FetchedContent; requestId: string | undefined },
): Promise<void> {
  const { candidate, fetched, requestId } = grab;
  const request = requestId === undefined ? undefined : await findRequest(deps.db, requestId);
  if (request === undefined) return;
  const blocklist = readBlocklist(await blockedKeys(deps.db, itemKey(request.item)), Date.now());
  const { infoHash } = fetched;
  if (!isBlocked({ ...identityOf(candidate), infoHash }, blocklist)) return;
  throw new Fault('release_fault', `${candidate.title} is blocked for this item: it was tried before`);
}
