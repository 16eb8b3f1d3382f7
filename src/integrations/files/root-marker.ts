import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { errorCode } from '../../domain/faults.js';
import { ROOT_MARKER } from '../../domain/logical-path.js';
import { syncFile, syncFolders } from './sync.js';

const ABOUT = `
Longplay knows by this file that the right disk is mounted here. Without it nothing is written to this folder,
and nothing in it is called deleted. Copy it along when you move the folder to another disk.
`;

/**
 * The id in a root's marker; undefined without one, or with one that was never written whole. Node's own error for a
 * folder that is not there (ENOENT), or cannot be read.
 */
export async function readRootMarker(folder: string): Promise<string | undefined> {
  try {
    const text = await readFile(path.join(folder, ROOT_MARKER), 'utf8');
    return /^[0-9a-f-]{36}(?=\r?\n)/.exec(text)?.[0];
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await readdir(folder);
    return undefined;
  }
}

/** Node's own error where nothing may be written. */
export async function writeRootMarker(folder: string, id: string): Promise<void> {
  const partial = path.join(folder, `${ROOT_MARKER}.partial-${randomUUID()}`);
  try {
    await writeFile(partial, `${id}\n${ABOUT}`, { flag: 'wx' });
    await syncFile(partial);
    await rename(partial, path.join(folder, ROOT_MARKER));
    await syncFolders([folder]);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}
