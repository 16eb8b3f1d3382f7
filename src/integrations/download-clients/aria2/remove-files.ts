import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';

import { isBelow } from '../../files/below.js';
import type { Aria2Status } from './status.js';

/**
 * aria2 never deletes files: those that it listed go, with their control files, as far as they lie below
 * `directory`, and then the folders that are empty. Links are removed, never followed.
 */
export async function removeDownloadedFiles(
  directory: string,
  status: Aria2Status | undefined,
): Promise<void> {
  const name = status?.bittorrent?.info?.name;
  const listed = (status?.files ?? []).map((file) => file.path);
  const controls = name === undefined ? [] : [path.join(directory, `${name}.aria2`)];
  for (const file of [...listed, ...controls]) {
    if (isBelow(directory, file) && path.resolve(file) !== directory) await rm(file, { force: true });
  }
  await removeEmptyFolders(directory);
}

async function removeEmptyFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    await removeEmptyFolders(path.join(folder, entry.name));
  }
  await rmdir(folder).catch(() => undefined);
}
