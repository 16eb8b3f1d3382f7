import { link, lstat, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import { syncFolders } from './sync.js';
import { makeFolders, removeEmptyFolders, statIfThere } from './target.js';

/** A file's two places below one root; `/` between names. */
export interface BinMove {
  /** Absolute folder. */
  root: string;
  from: string;
  /** In the bin; a folder there belongs to one file only, so a rename never meets another. */
  to: string;
  /** The bin itself; folders further down go once they are empty. */
  bin: string;
}

/** What the file systems say that know no second name of a file. */
const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

/**
 * Takes a file out of the library by one rename; its other names, such as a download that is seeded, stay. A repeat
 * after a kill finds it in the bin already. False when it is neither here nor there.
 * @throws Fault bad_input for what is no plain file, or lies on another disk than the bin.
 */
export async function moveToBin({ root, from, to }: BinMove): Promise<boolean> {
  const [file, binned] = [path.join(root, from), path.join(root, to)];
  if ((await statIfThere(binned)) !== undefined) return true;
  const found = await statIfThere(file);
  if (found === undefined) return false;
  if (!found.isFile()) {
    throw new Fault('bad_input', `Expected a plain file to recycle, ${path.basename(from)} is none`, {
      remedy: 'Take it away by hand',
    });
  }
  await makeFolders(root, path.posix.dirname(to));
  await rename(file, binned).catch((error: unknown) => {
    throw errorCode(error) === 'EXDEV' ? otherDisk(from, error) : error;
  });
  await syncFolders([path.dirname(file), path.dirname(binned)]);
  return true;
}

/**
 * Puts a file back where it was, and never over another one. rename(2) replaces without a word, and Node offers no
 * RENAME_NOREPLACE; link(2) refuses a name that is taken, so the file gets its old name first and loses the one in the
 * bin after. A kill between the two leaves one file with two names, which a repeat knows by its inode.
 * @param begun - an earlier attempt may have done some of it.
 * @throws Fault bad_input when another file is there, gone when the bin has it no more.
 */
export async function restoreFromBin(move: BinMove, { begun }: { begun: boolean }): Promise<void> {
  const [file, binned] = [path.join(move.root, move.from), path.join(move.root, move.to)];
  if ((await statIfThere(binned)) === undefined) {
    if (begun && (await statIfThere(file)) !== undefined) return;
    throw new Fault('gone', `The recycle bin has ${path.basename(file)} no more`, {
      remedy: 'Look whether its disk is mounted',
    });
  }
  await makeFolders(move.root, path.posix.dirname(move.from));
  if (await linkBack(binned, file)) await rm(binned);
  else await renameBack(binned, file, begun);
  await syncFolders([path.dirname(file), path.dirname(binned)]);
  await removeEmptyBinFolders(move);
}

/** Removes a file from the bin for good; fine when it is gone already. */
export async function dropFromBin(move: BinMove): Promise<void> {
  await rm(path.join(move.root, move.to), { force: true });
  await removeEmptyBinFolders(move);
}

async function removeEmptyBinFolders({ root, to, bin }: BinMove): Promise<void> {
  await removeEmptyFolders({ root, path: path.posix.dirname(to), kept: bin });
}

/** False where the file system has no links. */
async function linkBack(binned: string, file: string): Promise<boolean> {
  try {
    await link(binned, file);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') {
      if (await isSameFile(binned, file)) return true;
      throw taken(file);
    }
    if (WITHOUT_LINKS.has(code)) return false;
    throw error;
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = [await lstat(one), await lstat(other)];
  return first.ino === second.ino && first.dev === second.dev;
}

/** An empty file of our own claims the name, since open(2) says when it is taken; the rename then replaces that one. */
async function renameBack(binned: string, file: string, begun: boolean): Promise<void> {
  try {
    await (await open(file, 'wx')).close();
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const { size } = await lstat(file);
    if (!begun || size > 0) throw taken(file);
  }
  await rename(binned, file);
}

function taken(file: string): Fault {
  return new Fault('bad_input', `Another file has the name ${path.basename(file)} by now`, {
    remedy: 'Move it away, then restore again',
  });
}

function otherDisk(from: string, cause: unknown): Fault {
  return new Fault('bad_input', `${from} lies on another disk than the recycle bin of its library`, {
    remedy: 'Make the disk below the library a library of its own',
    cause,
  });
}
