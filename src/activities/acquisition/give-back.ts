import { rm } from 'node:fs/promises';

import { holdingDownload, recordRemoved } from '../../store/acquisition/downloads.js';
import type { ActivityDeps } from '../deps.js';
import { connectClient } from './connect.js';

/**
 * Removes a download and its data from its client; fine when it is gone already. With `round`, one that a later
 * round of its job has taken up again is left alone.
 */
export async function giveBackDownload(
  deps: ActivityDeps,
  { downloadId, round, signal }: { downloadId: string; round?: number; signal: AbortSignal },
): Promise<void> {
  await holdingDownload(deps.db, downloadId, async (download, tx) => {
    if (download?.removedAt !== null || (round !== undefined && download.round > round)) return;
    const client = await connectClient(deps, download.clientId);
    const hostDirectory = deps.roots.resolve(download.directory);
    await client.remove(download.clientItemId, { deleteData: true, hostDirectory }, signal);
    // The folder is this download's own: what a forgetful client no longer lists goes too.
    await rm(hostDirectory, { recursive: true, force: true });
    await recordRemoved(tx, download);
  });
}
