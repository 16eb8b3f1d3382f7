import { lstat, mkdir, readdir, realpath, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import { isSameName } from '../../domain/same-name.js';
import { isBelow } from './below.js';
import { rootGone } from './disk-faults.js';

/** Where a set of files goes. */
export interface Target {
  /** Absolute folder that must be there already: it may be a mount. */
  root: string;
  /** The target folder below it, `/` between names. */
  path: string;
  /** The part of `path` that stood before we came; the folders further down are ours. */
  kept: string;
  /** Other sets go into the same folder: what tells this one from them. */
  sharedBy?: string;
}

export function folderOf({ root, path: relative }: Target): string {
  return path.join(root, relative);
}

/** @throws Fault environment (mount_gone). */
export async function requireRoot(root: string): Promise<void> {
  const found = await stat(root).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') throw rootGone(path.basename(root), error);
    throw error;
  });
  if (!found.isDirectory()) throw rootGone(path.basename(root), undefined);
}

/**
 * `relative` as it is spelled on the disk, as far as it is there: names that differ only in case or in the
 * form of their accents are one name to a case-insensitive disk, and to everybody who looks at the library
 * from one (acquisition.md §5.3). `kept` is the part that is there.
 */
export async function locateTarget(folder: string, relative: string): Promise<Pick<Target, 'path' | 'kept'>> {
  const names: string[] = [];
  let kept = 0;
  for (const name of relative.split('/')) {
    const found = kept === names.length ? await findSpelling(path.join(folder, ...names), name) : undefined;
    names.push(found ?? name);
    if (found !== undefined) kept = names.length;
  }
  return { path: names.join('/'), kept: names.slice(0, kept).join('/') };
}

async function findSpelling(folder: string, name: string): Promise<string | undefined> {
  const there = await readFolder(folder);
  if (there.includes(name)) return name;
  return there.sort().find((other) => isSameName(other, name));
}

/** Makes the folders one by one, so that a root which vanishes meanwhile is not made anew. */
export async function makeFolders(root: string, relative: string): Promise<void> {
  await requireRoot(root);
  let folder = root;
  for (const name of relative.split('/').filter((part) => part !== '')) {
    folder = path.join(folder, name);
    await mkdir(folder).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
  if (isBelow(await realpath(root), await realpath(folder))) return;
  throw new Fault('bad_input', `The folder ${relative} leaves its root by a link`, {
    remedy: 'Remove the link, or make its target a root of its own',
  });
}

/** Takes back the folders that are ours and empty. */
export async function removeEmptyFolders({ root, path: relative, kept }: Target): Promise<void> {
  for (let own = relative; own !== kept && own !== '.'; own = path.posix.dirname(own)) {
    try {
      await rmdir(path.join(root, own));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') return;
    }
  }
}

/** A name that scanners pass over, and that tells whose it is. */
export function stagingName(target: Target, attemptId: string): string {
  return `.${target.sharedBy ?? path.posix.basename(target.path)}.partial-${attemptId}`;
}

/**
 * Removes what attempts have staged for this target, one attempt's or everybody's. An older attempt that
 * still runs then fails at its rename (jobs.md §5).
 */
export async function removePartials(target: Target, attemptId?: string): Promise<void> {
  const prefix = stagingName(target, '');
  const isPartial = (name: string): boolean =>
    name.startsWith(prefix) &&
    (attemptId === undefined || name.slice(prefix.length) === attemptId) &&
    /^[0-9a-f-]{36}$/.test(name.slice(prefix.length));
  const folder = folderOf(target);
  for (const place of [path.dirname(folder), folder]) {
    for (const name of (await readFolder(place)).filter(isPartial)) {
      // Its attempt may write there still, until it learns that it is superseded: Node tries again for ENOTEMPTY.
      await rm(path.join(place, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  }
}

/** Nothing for a folder that is not there. */
export async function readFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
}

/** Of the name itself, never of what a link points to. */
export async function statIfThere(file: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  return lstat(file).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}
