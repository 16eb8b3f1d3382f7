import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { missingSegment, segmentCheckpoint } from '../../../activities/media/saved-segments.js';
import { errorCode, Fault } from '../../../domain/faults.js';
import type { SegmentCheckpoint } from '../../../domain/media/segments.js';
import { parseJson } from '../../../domain/parse-json.js';
import { claimOwner, removeOwner } from '../../../embedded/owner-file.js';
import { syncFolders } from '../../../integrations/files/sync.js';

/** What is made anew by each run: the joined film, the list of its segments, and the sound. */
export const MADE = 'made.mp4';
export const LIST = 'list.txt';
export const SOUND = 'sound.mp4';
const STATE = 'state.json';

/**
 * Where a film that is not yet published is made: hidden, in the file system that it is published in (media.md R7), and
 * the same each time, so that the same command goes on with the segments of an earlier one.
 */
export interface EncodeFolder {
  path: string;
  /** Segments of this key that are on the disk. */
  finished: (key: string) => Promise<SegmentCheckpoint>;
  keep: (checkpoint: SegmentCheckpoint) => Promise<void>;
  /** All of it goes, and its claim. */
  remove: () => Promise<void>;
  /** What is finished stays for the next run; without any, nothing does. */
  release: () => Promise<void>;
}

/** @throws Fault bad_input while another process makes the same file; Node's own error of a disk that fails. */
export async function openEncodeFolder(output: string): Promise<EncodeFolder> {
  const folder = encodeFolderOf(output);
  const owner = await claimOwner(folder).catch(unlessNoLinks);
  if (owner !== undefined) {
    throw new Fault('bad_input', `Process ${owner.pid} makes ${path.basename(output)} just now`, {
      remedy: 'Wait for its end, or name another file',
    });
  }
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 10 });
  let isWorthKeeping = false;
  return {
    path: folder,
    remove,
    finished: async (key) => {
      const checkpoint = await usable(folder, key);
      isWorthKeeping = checkpoint.finished > 0;
      return checkpoint;
    },
    keep: async (checkpoint) => {
      await replaceState(folder, checkpoint);
      isWorthKeeping = true;
    },
    release: async () => {
      if (!isWorthKeeping) return remove();
      for (const name of [MADE, LIST, SOUND]) await rm(path.join(folder, name), { force: true });
      return removeOwner(folder);
    },
  };
}

/** A name may have all of the 255 bytes that a file system takes: the folder's own has its hash. */
export function encodeFolderOf(output: string): string {
  const hash = createHash('sha256').update(path.basename(output)).digest('hex').slice(0, 12);
  return path.join(path.dirname(output), `.longplay-encode-${hash}`);
}

/** Segments of another source or wish, or that are not there, are made again, and all that follow them. */
async function usable(folder: string, key: string): Promise<SegmentCheckpoint> {
  const none = { key, finished: 0, frames: 0, isWhole: false };
  const text = await readFile(path.join(folder, STATE), 'utf8').catch(() => '');
  const { data: saved } = segmentCheckpoint.safeParse(parseJson(text));
  if (saved?.key !== key) return none;
  return (await missingSegment(folder, saved)) === undefined ? saved : none;
}

/** By rename, after a sync: it is whole whenever the process or the machine dies. */
async function replaceState(folder: string, checkpoint: SegmentCheckpoint): Promise<void> {
  const file = path.join(folder, STATE);
  const handle = await open(`${file}.new`, 'w');
  try {
    await handle.writeFile(JSON.stringify(checkpoint));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  await syncFolders([folder]);
}

/** Some disks know no hard links; there nobody can be kept out. */
function unlessNoLinks(error: unknown): undefined {
  if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error) ?? '')) return undefined;
  throw error;
}
