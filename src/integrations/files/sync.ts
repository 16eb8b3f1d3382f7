import { open } from 'node:fs/promises';

import { errorCode } from '../../domain/faults.js';

/** What file systems answer that know no fsync of such a thing. */
const NOT_OFFERED = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EBADF']);

/** Before a rename: what becomes visible must survive a power cut. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!NOT_OFFERED.has(errorCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** After a rename: it is done already, so trouble here is no reason to call it failed. */
export async function syncFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await syncFile(folder).catch(() => undefined);
}
