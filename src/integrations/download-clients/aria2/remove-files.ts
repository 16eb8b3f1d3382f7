import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { isBelow } from '../../files/below.js';
import type { Aria2Item } from './items.js';
import type { Aria2Status } from './status.js';

const CONTROL = '.aria2';

/**
 * aria2 never deletes files: those that it listed go, with its own beside them, as far as they lie below `directory`,
 * and then the folders that are empty. Links are removed, never followed.
 */
export async function removeDownloadedFiles(directory: string, item: Aria2Item | undefined): Promise<void> {
  for (const file of filesOf(item)) {
    const hostPath = path.join(directory, file);
    if (isBelow(directory, hostPath) && path.resolve(hostPath) !== path.resolve(directory))
      await rm(hostPath, { force: true });
  }
  await removeEmptyFolders(directory);
}

function filesOf(item: Aria2Item | undefined): string[] {
  if (item === undefined) return [];
  if (item.kind === 'group') {
    return item.members.flatMap(relativeFiles).flatMap((file) => [file, `${file}${CONTROL}`]);
  }
  if (item.adopted) return [];
  const { infoHash, bittorrent } = item.data;
  const name = bittorrent?.info?.name;
  return [
    ...relativeFiles(item.data),
    ...(name === undefined ? [] : [`${name}${CONTROL}`]),
    // What a magnet's description is kept in.
    ...(infoHash === undefined ? [] : [`${infoHash.toLowerCase()}.torrent`]),
  ];
}

/** As aria2 lists them, below its folder for them, which may be called otherwise here. */
export function relativeFiles({ dir, files }: Aria2Status): string[] {
  return files.map((file) => path.relative(dir, file.path).split(path.sep).join('/'));
}

/** After a full disk a control file has 0 bytes, and every add fails until it is gone (acquisition.md §2.7). */
export async function removeEmptyControlFiles(directory: string, files: readonly string[]): Promise<void> {
  const beside = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(CONTROL));
  for (const name of new Set([...beside, ...files.map((file) => `${file}${CONTROL}`)])) {
    const control = path.join(directory, name);
    const { size } = (await stat(control).catch(() => undefined)) ?? { size: 1 };
    if (size === 0) await rm(control, { force: true });
  }
}

async function removeEmptyFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    await removeEmptyFolders(path.join(folder, entry.name));
  }
  await rmdir(folder).catch(() => undefined);
}
