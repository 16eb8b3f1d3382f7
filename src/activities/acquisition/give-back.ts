import { rm } from 'node:fs/promises';

import { parseLogicalPath } from '../../domain/logical-path.js';
import {
  coOwner,
  holdingDownload,
  recordRemoved,
  type DownloadRow,
} from '../../store/acquisition/downloads.js';
import { recordDirectory } from '../../store/acquisition/polled-downloads.js';
import type { ActivityDeps } from '../deps.js';
import { connectClient } from './connect.js';

/**
 * Removes a download and its data from its client; fine when it is gone already. What has another owner stays, and so
 * does what somebody else has put there (acquisition.md §8 no. 59). With `round`, one that a later round of its job
 * has taken up again is left alone.
 */
export async function giveBackDownload(
  deps: ActivityDeps,
  { downloadId, round, signal }: { downloadId: string; round?: number; signal: AbortSignal },
): Promise<void> {
  await holdingDownload(deps.db, downloadId, async (download, tx) => {
    if (download?.removedAt !== null || (round !== undefined && download.round > round)) return;
    const isLast = (await coOwner(tx, download)) === undefined;
    if (isLast && !download.adopted) await removeFromClient(deps, download, signal);
    await recordRemoved(tx, download);
  });
}

/** It is its user's from now on: it stays in its client with its files, and no clean-up takes it for one of ours. */
export async function leaveInClient({ db }: Pick<ActivityDeps, 'db'>, downloadId: string): Promise<void> {
  await holdingDownload(db, downloadId, async (download, tx) => {
    if (download?.removedAt !== null) return;
    await recordDirectory(tx, { ...download, adopted: true, fault: download.directoryFault });
    await recordRemoved(tx, download);
  });
}

async function removeFromClient(
  deps: ActivityDeps,
  download: DownloadRow,
  signal: AbortSignal,
): Promise<void> {
  const client = await connectClient(deps, download.clientId);
  const hostDirectory = deps.roots.resolve(download.directory);
  await client.remove(download.clientItemId, { deleteData: true, hostDirectory }, signal);
  // A folder that we have made holds nothing else: what a forgetful client no longer lists goes too.
  if (isOurs(download.directory)) await rm(hostDirectory, { recursive: true, force: true });
}

/** `downloads:dl-…`, of this download or of the one that fetched the item first; a client's own folders are not. */
function isOurs(directory: string): boolean {
  const { root, relative } = parseLogicalPath(directory);
  return root === 'downloads' && /^dl-[0-9a-z]+$/.test(relative);
}
