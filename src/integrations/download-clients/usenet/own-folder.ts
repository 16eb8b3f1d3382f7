import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { errorCode } from '../../../domain/faults.js';
import { tagIn } from './tag.js';

/**
 * Deletes the folders that bear the item's tag in their own name: `hostDirectory` itself, else those right below it.
 * Whatever bears no tag, or another's, is never touched, whichever folder was named. Links are removed, not followed.
 */
export async function removeOwnFolders(hostDirectory: string, tag: string): Promise<void> {
  if (tagIn(path.basename(hostDirectory)) === tag) {
    await rm(hostDirectory, { recursive: true, force: true });
    return;
  }
  for (const name of await namesIn(hostDirectory)) {
    if (tagIn(name) === tag) await rm(path.join(hostDirectory, name), { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
