import { rm } from 'node:fs/promises';

import { holdingDownload, recordRemoved } from '../../store/acquisition/downloads.js';
import type { ActivityDeps } from '../deps.js';
import { connectClient } from './connect.js';

/** Removes a download from its client, with or without its data; fine when it is gone already. */
export async function giveBackDownload(
  deps: ActivityDeps,
  { downloadId, deleteData, signal }: { downloadId: string; deleteData: boolean; signal: AbortSignal },
): Promise<void> {
  await holdingDownload(deps.db, downloadId, async (download, tx) => {
    if (download?.removedAt !== null) return;
    const client = await connectClient(deps, download.clientId);
    const directory = deps.roots.resolve(download.directory);
    await client.remove(download.clientItemId, { deleteData, directory }, signal);
    // The folder is this download's own: what a forgetful client no longer lists goes too.
    if (deleteData) await rm(directory, { recursive: true, force: true });
    await recordRemoved(tx, download);
  });
}
