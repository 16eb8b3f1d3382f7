import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';

import { errorCode } from '../../domain/faults.js';
import { diskFault } from './disk-faults.js';

export interface Volume {
  /** Folders with the same one share their room. */
  device: number;
  freeBytes: number;
}

/**
 * The disk that a folder is on, or will be on where it is still to be made.
 * @throws Fault environment where it cannot be asked.
 */
export async function readVolume(folder: string): Promise<Volume> {
  try {
    const [{ dev }, { bavail, bsize }] = await Promise.all([stat(folder), statfs(folder)]);
    return { device: dev, freeBytes: bavail * bsize };
  } catch (error) {
    const above = path.dirname(folder);
    if (errorCode(error) === 'ENOENT' && above !== folder) return readVolume(above);
    throw diskFault(error);
  }
}
