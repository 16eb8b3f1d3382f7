import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode } from '../../domain/faults.js';
import type { FoundFile } from '../../domain/media/diff-scan.js';

/**
 * What the file system tells of a file below a root; undefined where there is none any more, or no plain file.
 * @throws Node's own error of a folder that may not be searched, and of a disk that fails.
 */
export async function findFile(root: string, relative: string): Promise<FoundFile | undefined> {
  try {
    const found = await stat(path.join(root, relative), { bigint: true });
    return found.isFile() ? asFound(relative, found) : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Inodes of network file systems have more bits than a number. */
function asFound(relative: string, { size, mtimeNs, dev, ino }: BigIntStats): FoundFile {
  return {
    path: relative,
    sizeBytes: Number(size),
    modifiedMs: Number(mtimeNs) / 1e6,
    device: String(dev),
    inode: String(ino),
  };
}
