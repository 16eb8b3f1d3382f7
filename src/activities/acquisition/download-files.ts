import { lstat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import type { ClientFile } from '../../integrations/download-clients/port.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { statIfThere } from '../../integrations/files/target.js';
import { parseTorrentFile } from '../../integrations/indexers/torrent-file.js';
import { contentOf, recordUnfinished, type DownloadRow } from '../../store/acquisition/downloads.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { connectClient } from './connect.js';
import { checkDownloadsDisk } from './downloads-root.js';

interface Listing {
  download: DownloadRow;
  step: StepContext;
}

/** A plain file of a download; its path is relative to the download's folder. */
export interface DownloadedFile {
  path: string;
  sizeBytes: number;
}

/**
 * What a finished download holds, links apart. Never a folder walk: a folder may hold more than this download
 * (acquisition.md §8 no. 23).
 * @throws Fault transient while a file is not whole or not on the disk, environment for a disk in trouble.
 */
export async function listDownload(
  deps: ActivityDeps,
  listing: Listing,
): Promise<{ plain: DownloadedFile[]; links: string[] }> {
  const { download } = listing;
  await checkDownloadsDisk(deps, download);
  const files = await filesOf(deps, listing);
  const unfinished = files.filter(({ sizeBytes, completedBytes }) => completedBytes < sizeBytes);
  if (unfinished.length > 0) {
    await recordUnfinished(deps.db, download.id);
    throw new Fault('transient', `${unfinished.length} files of the download are not whole any more`);
  }
  const plain: DownloadedFile[] = [];
  const links: string[] = [];
  for (const { path: file, sizeBytes } of files) {
    const hostPath = deps.roots.resolve(`${download.directory}/${file}`);
    if (await isPlainFile(hostPath)) plain.push({ path: file, sizeBytes });
    else links.push(file);
  }
  return { plain, links };
}

/** The client's own list; a client that was killed may have forgotten what it had finished, the torrent has not. */
async function filesOf(deps: ActivityDeps, { download, step }: Listing): Promise<ClientFile[]> {
  const client = await connectClient(deps, download.clientId);
  const told = await client.files(download.clientItemId, step.signal).catch((error: unknown) => {
    const isForgotten = error instanceof Fault && error.kind === 'gone' && download.completedAt !== null;
    if (!isForgotten) throw error;
    step.log('warn', 'the client has forgotten the finished download');
    return undefined;
  });
  if (told !== undefined) return told;
  const stored = await contentOf(deps.db, download.id);
  if (stored?.kind === 'torrent') return filesOfTorrent(deps, download, stored.bytes);
  throw new Fault('transient', `Nobody tells which files ${download.releaseTitle} has`);
}

async function filesOfTorrent(
  deps: ActivityDeps,
  { directory }: DownloadRow,
  torrent: Uint8Array,
): Promise<ClientFile[]> {
  const { files } = await parseTorrentFile(torrent);
  return Promise.all(
    files.map(async (file) => {
      const found = await statIfThere(deps.roots.resolve(`${directory}/${file.path}`));
      return { ...file, completedBytes: Number(found?.size ?? file.sizeBytes) };
    }),
  );
}

/** A link would be filed as a link. */
async function isPlainFile(hostPath: string): Promise<boolean> {
  try {
    return (await lstat(hostPath)).isFile();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw diskFault(error);
    throw new Fault('transient', `The client lists ${path.basename(hostPath)}, but it is not on the disk`, {
      remedy: 'Check that the client and Longplay see the same download folder',
      cause: error,
    });
  }
}
