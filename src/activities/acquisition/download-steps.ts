import { refuseFiles } from '../../domain/acquisition/file-rules.js';
import { Fault } from '../../domain/faults.js';
import { idWithin } from '../../domain/jobs/job-id.js';
import { logicalPath } from '../../domain/logical-path.js';
import type { GrabFile } from '../../integrations/indexers/port.js';
import { parseTorrentFile, type TorrentFile } from '../../integrations/indexers/torrent-file.js';
import {
  findDownloadByJob,
  holdingDownload,
  contentOf,
  planDownload,
  recordAdded,
} from '../../store/acquisition/downloads.js';
import { packContent, unpackContent } from './download-content.js';
import { findCandidate, type CandidateRow } from '../../store/acquisition/searches.js';
import { listDownloadClients, type DownloadClientRow } from '../../store/acquisition/settings.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { connectClient, connectIndexer, openClient } from './connect.js';
import { giveBackDownload } from './give-back.js';

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
    const torrent = await fetchTorrent(deps, candidate, step);
    const client = await chooseClient(deps);
    const id = (await findDownloadByJob(deps.db, step.jobId))?.id ?? idWithin('dl', step.jobId);
    step.log('info', `takes ${candidate.title}`, {
      files: torrent.parsed.files.length,
      bytes: torrent.parsed.totalBytes,
    });
    await planDownload(deps.db, {
      id,
      jobId: step.jobId,
      round,
      requestId: requestId ?? null,
      clientId: client.id,
      clientItemId: openClient(deps, client).itemIdFor(id, torrent.parsed.infoHash),
      protocol: 'torrent',
      infoHash: torrent.parsed.infoHash,
      releaseTitle: candidate.title,
      indexerId: candidate.indexerId,
      guid: candidate.guid,
      directory: logicalPath('downloads', id),
      content: packContent({ kind: 'torrent', bytes: torrent.bytes, infoHash: torrent.parsed.infoHash }),
      totalBytes: torrent.parsed.totalBytes,
    });
    return { downloadId: id };
  },

  /** Get-or-add: whatever became of an earlier try, afterwards the client has the item once. */
  startDownload: async ({ downloadId }: { downloadId: string }, step: StepContext): Promise<void> => {
    const { signal, fence } = step;
    const added = await addToClient(deps, downloadId, { resume: step.attempt > 1, signal, fence });
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

/**
 * Hands the stored content to its client; used for the first add and after a client forgot it. False when it
 * has been given back meanwhile: then nothing is added.
 */
export async function addToClient(
  deps: Pick<ActivityDeps, 'db' | 'roots' | 'seal' | 'integrations'>,
  downloadId: string,
  { resume, signal, fence }: { resume: boolean; signal: AbortSignal; fence: () => Promise<void> },
): Promise<boolean> {
  return holdingDownload(deps.db, downloadId, async (download, tx) => {
    if (download?.removedAt !== null) return false;
    const stored = await contentOf(tx, download.id);
    if (stored === undefined)
      throw new Fault('defect', `The content of ${download.id} is not stored any more`);
    const client = await connectClient(deps, download.clientId);
    const { clientItemId, infoHash, releaseTitle } = download;
    const hostDirectory = deps.roots.resolve(download.directory);
    const content = unpackContent(stored, infoHash);
    await fence();
    await client.add(
      {
        clientItemId,
        ownerKey: download.id,
        name: releaseTitle,
        content,
        directory: hostDirectory,
        hostDirectory,
        resume,
      },
      signal,
    );
    await recordAdded(tx, download);
    return true;
  });
}

async function fetchTorrent(
  deps: ActivityDeps,
  candidate: CandidateRow,
  step: StepContext,
): Promise<{ bytes: Uint8Array; parsed: TorrentFile }> {
  if (candidate.linkSealed === null) throw new Fault('release_fault', 'The release has no download link');
  const { indexer } = await connectIndexer(deps, candidate.indexerId);
  const file: GrabFile = await indexer.fetchRelease(deps.seal.open(candidate.linkSealed), step.signal);
  if (file.kind === 'magnet') {
    throw new Fault('release_fault', 'The release is a magnet link, which this version cannot fetch yet');
  }
  if (file.kind !== 'torrent') {
    throw new Fault('release_fault', `Expected a torrent, the indexer gave ${file.kind}`);
  }
  const parsed = await parseTorrentFile(file.bytes);
  if (candidate.infoHash !== null && candidate.infoHash.toLowerCase() !== parsed.infoHash) {
    throw new Fault(
      'release_fault',
      `Expected the torrent ${candidate.infoHash}, but the indexer gave ${parsed.infoHash}`,
    );
  }
  const refused = refuseFiles(parsed.files.map(({ path }) => path));
  if (refused !== undefined) throw new Fault('release_fault', `The torrent was refused: ${refused}`);
  return { bytes: file.bytes, parsed };
}

async function chooseClient({ db }: ActivityDeps): Promise<DownloadClientRow> {
  const client = (await listDownloadClients(db)).find(({ enabled }) => enabled);
  if (client !== undefined) return client;
  throw new Fault('environment', 'No download client is configured and enabled', {
    waitingReason: 'client_unreachable',
    remedy: 'Add one in the settings, or install aria2 for the embedded one',
  });
}
