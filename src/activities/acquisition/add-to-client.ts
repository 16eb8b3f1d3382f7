import { mkdir } from 'node:fs/promises';

import type { FileAccess } from '../../domain/acquisition/download.js';
import { Fault } from '../../domain/faults.js';
import type { AddDownload } from '../../integrations/download-clients/port.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { contentOf, holdingDownload, type DownloadRow } from '../../store/acquisition/downloads.js';
import { recordAdded, recordBegun } from '../../store/acquisition/polled-downloads.js';
import { findDownloadClient, type DownloadClientRow } from '../../store/acquisition/download-clients.js';
import type { Queryable } from '../../store/database.js';
import type { ActivityDeps } from '../deps.js';
import { clientDirectory } from './client-paths.js';
import { openClient } from './connect.js';
import { unpackContent } from './download-content.js';
import { requireDownloadsDisk } from './downloads-root.js';

type AddDeps = Pick<ActivityDeps, 'db' | 'roots' | 'seal' | 'integrations'>;

export interface HandingOver {
  resume: boolean;
  /** Its client has it, and what held it may have passed. */
  afterFault?: boolean;
  /** See file-access.ts: asked for beforehand, since a source may be slow and the download is held meanwhile. */
  access: ReadonlyMap<string, FileAccess>;
  signal: AbortSignal;
  fence: () => Promise<void>;
}

/**
 * Hands the stored content to its client; used for the first add and after a client forgot it. False when it
 * has been given back meanwhile: then nothing is added.
 */
export async function addToClient(
  deps: AddDeps,
  downloadId: string,
  { resume, afterFault = false, access, signal, fence }: HandingOver,
): Promise<boolean> {
  return holdingDownload(deps.db, downloadId, async (download, tx) => {
    if (download?.removedAt !== null) return false;
    const row = await findDownloadClient(tx, download.clientId);
    if (row === undefined) {
      throw new Fault('gone', `The download client "${download.clientId}" is configured no more`);
    }
    await requireDownloadsDisk(deps, download);
    const prepared = await prepareAdd(deps, { download, row, tx });
    // Beside the transaction: it must be there when this process ends in the middle of the add.
    const onBegin = (): Promise<void> => recordBegun(deps.db, download.id);
    const add = { ...prepared, resume, afterFault, access, onBegin };
    await mkdir(add.hostDirectory, { recursive: true }).catch((error: unknown) => {
      throw diskFault(error);
    });
    await fence();
    await openClient(deps, row).add(add, signal);
    await recordAdded(tx, download);
    return true;
  });
}

async function prepareAdd(
  { roots }: AddDeps,
  { download, row, tx }: { download: DownloadRow; row: DownloadClientRow; tx: Queryable },
): Promise<Omit<AddDownload, 'resume' | 'afterFault' | 'access' | 'onBegin'>> {
  const stored = await contentOf(tx, download.id);
  if (stored === undefined) throw new Fault('defect', `The content of ${download.id} is not stored any more`);
  return {
    clientItemId: download.clientItemId,
    ownerKey: download.id,
    name: download.releaseTitle,
    content: unpackContent(stored, download.infoHash),
    directory: clientDirectory({ roots }, row, download.directory),
    hostDirectory: roots.resolve(download.directory),
    ...(row.category === null ? {} : { category: row.category }),
    begun: download.begunAt !== null,
  };
}
