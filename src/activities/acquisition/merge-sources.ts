import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { classifyFile } from '../../domain/acquisition/classify.js';
import { Fault } from '../../domain/faults.js';
import { diskFault } from '../../integrations/files/disk-faults.js';

export interface FoundFiles {
  /** Relative to the book's folder. */
  media: { path: string; sizeBytes: number; modifiedAtMs: number }[];
  others: string[];
}

/** A disc or a part of one book; a volume would be another book. */
const DISC = /^(?:(?:cd|dis[ck]|disque|part|side|tape)[\s._-]*\d{1,3}(?:[\s._-].*)?|\d{1,2})$/i;
const SIDECARS = new Set(['metadata.json', 'metadata.opf', 'metadata.abs']);

/**
 * The files of one book: those of its folder and of the discs in it.
 * @throws Fault bad_input for a folder with other books below, gone for none at all, environment.
 */
export async function findSources(hostFolder: string): Promise<FoundFiles> {
  const found: FoundFiles = { media: [], others: [] };
  try {
    const folders = await readOne(hostFolder, '', found);
    for (const name of folders.sort()) {
      const before = found.media.length;
      const inner = await readOne(hostFolder, name, found);
      const isBook = found.others.some((file) => SIDECARS.has(file.slice(name.length + 1)));
      const hasMedia = found.media.length > before;
      if (hasMedia && (isBook || !DISC.test(name))) throw anotherBook(name);
      if (inner.length > 0) await refuseMedia(hostFolder, name, inner);
    }
  } catch (error) {
    throw diskFault(error);
  }
  return found;
}

/** Folders in it; its files go into `found`. Hidden names and links are not looked at, as in a scan. */
async function readOne(hostFolder: string, relative: string, found: FoundFiles): Promise<string[]> {
  const folders: string[] = [];
  const entries = await readdir(path.join(hostFolder, relative), { withFileTypes: true });
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const file = relative === '' ? entry.name : `${relative}/${entry.name}`;
    if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isFile() && classifyFile(file, 'audiobook') !== 'media') found.others.push(file);
    else if (entry.isFile()) {
      const { size, mtimeMs } = await stat(path.join(hostFolder, file));
      found.media.push({ path: file, sizeBytes: size, modifiedAtMs: Math.trunc(mtimeMs) });
    }
  }
  return folders;
}

/** Two folders down no book has its files. */
async function refuseMedia(hostFolder: string, name: string, inner: readonly string[]): Promise<void> {
  for (const folder of inner) {
    const names = await readdir(path.join(hostFolder, name, folder));
    if (names.some((file) => classifyFile(file, 'audiobook') === 'media'))
      throw anotherBook(`${name}/${folder}`);
  }
}

function anotherBook(name: string): Fault {
  return new Fault('bad_input', `Expected the folder of one book, it has another one in ${name}`, {
    remedy: 'Name the folder of the book itself; only folders such as CD1 or Part 2 may lie in it',
  });
}
