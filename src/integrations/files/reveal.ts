import { link, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import { hashFile } from './place.js';
import { statIfThere } from './target.js';

/** A checked and synced set that nobody sees yet. */
export interface Stage {
  /** Where the files lie under their final names. */
  folder: string;
  /** `absent`: the whole set can appear by one rename. `claimed`: the same, over an empty folder of ours. */
  target: 'absent' | 'claimed' | 'there';
}

interface Reveal {
  stage: Stage;
  folder: string;
  /** In the order in which they shall appear. */
  names: readonly string[];
  /** @throws Fault superseded. */
  fence: () => Promise<void>;
}

/** Makes the staged files visible: by one rename where the target folder is ours alone, else file by file. */
export async function revealStage(reveal: Reveal): Promise<void> {
  if (reveal.stage.target !== 'there' && (await revealWhole(reveal))) return;
  await revealEach(reveal);
  await rm(reveal.stage.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}

/**
 * rename(2) replaces an empty folder without a word, whoever made it. So the name is claimed by mkdir(2)
 * first, which says when somebody was quicker, and the rename replaces our own empty folder.
 */
async function revealWhole({ stage, folder }: Reveal): Promise<boolean> {
  const claimed = await mkdir(folder).then(
    () => true,
    (error: unknown) => refusedBecause(error, ['EEXIST']),
  );
  if (!claimed && stage.target === 'absent') return false;
  return (await renameFolder(stage.folder, folder)) || (await renameUnclaimed(stage.folder, folder));
}

async function renameFolder(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    (error: unknown) => refusedBecause(error, ['EEXIST', 'ENOTEMPTY']),
  );
}

/** Some network file systems rename over no folder at all; false when somebody has put a file into ours. */
async function renameUnclaimed(from: string, to: string): Promise<boolean> {
  const empty = await rmdir(to).then(
    () => true,
    (error: unknown) => refusedBecause(error, ['EEXIST', 'ENOTEMPTY']),
  );
  return empty && renameFolder(from, to);
}

function refusedBecause(error: unknown, codes: readonly string[]): false {
  if (codes.includes(errorCode(error) ?? '')) return false;
  throw error;
}

/** All of them or none: what is visible by then is taken back, unless a newer attempt builds on it. */
async function revealEach({ stage, folder, names, fence }: Reveal): Promise<void> {
  const shown: { file: string; inode: number }[] = [];
  try {
    for (const name of names) {
      const [staged, file] = [path.join(stage.folder, name), path.join(folder, name)];
      const { ino: inode } = await lstat(staged);
      if (await revealFile(staged, file)) shown.push({ file, inode });
    }
  } catch (error) {
    await hideAgain(shown, fence).catch(() => undefined);
    throw error;
  }
}

async function hideAgain(
  shown: readonly { file: string; inode: number }[],
  fence: () => Promise<void>,
): Promise<void> {
  await fence();
  for (const { file, inode } of shown) {
    if ((await statIfThere(file))?.ino === inode) await rm(file);
  }
}

/** True when the file is ours, false when an equal one stands there: link(2) never replaces, rename(2) would. */
export async function revealFile(staged: string, file: string): Promise<boolean> {
  try {
    await link(staged, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw error;
    return revealWithoutLink(staged, file);
  }
}

/** A file system without links, or somebody else's file at the target. */
async function revealWithoutLink(staged: string, file: string): Promise<boolean> {
  if ((await statIfThere(file)) === undefined) {
    await rename(staged, file);
    return true;
  }
  const signal = new AbortController().signal;
  if ((await hashFile(file, { signal })) === (await hashFile(staged, { signal }))) return false;
  throw clash(path.basename(file));
}

/** Somebody else's file is never overwritten. */
export function clash(name: string): Fault {
  return new Fault('bad_input', `Another file is at the target already: ${name}`, {
    remedy: 'Move it away, then retry the job',
  });
}
