import { stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import type { LibraryFile, ScannedItem } from '../../store/acquisition/library-items.js';
import type { FileFacts, FolderScan, ItemFiles } from './folder-scan.js';

export interface ReadFile {
  file: LibraryFile;
  /** Undefined for a file that is unchanged or cannot be read. */
  tags: Record<string, string> | undefined;
}

type Stamp = Omit<LibraryFile, 'durationSeconds'>;

/**
 * One stat for an unchanged file, and ffprobe for the others (`probed`: it can read them), in the order of the names.
 * What went away, or has a name that Node cannot spell, is left out.
 */
export async function readMediaFiles(
  scan: FolderScan,
  { folder, names }: ItemFiles,
  { known, probed = true }: { known: ScannedItem | undefined; probed?: boolean },
): Promise<ReadFile[]> {
  const stamps = await Promise.all(names.map((name) => stampOf(scan, folder, name)));
  const read: ReadFile[] = [];
  for (const stamp of stamps) {
    if (stamp === undefined) continue;
    const same = known?.files.find((file) => isSame(file, stamp, probed));
    if (same !== undefined) read.push({ file: same, tags: undefined });
    else if (!probed) read.push({ file: { ...stamp, durationSeconds: null }, tags: undefined });
    else read.push(await probeFile(scan, folder, stamp));
  }
  return read;
}

async function stampOf(scan: FolderScan, folder: string, name: string): Promise<Stamp | undefined> {
  try {
    const { size, mtimeMs } = await stat(path.join(scan.root, folder, name));
    return { path: name, sizeBytes: size, modifiedAtMs: Math.trunc(mtimeMs) };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const why = 'it is not there any more, or its name is not UTF-8';
    scan.onUnread({ what: 'file', relative: path.posix.join(folder, name), why });
    return undefined;
  }
}

/** One that could not be probed is tried again. */
function isSame(file: LibraryFile, stamp: Stamp, probed: boolean): boolean {
  return (
    file.path === stamp.path &&
    file.sizeBytes === stamp.sizeBytes &&
    file.modifiedAtMs === stamp.modifiedAtMs &&
    (file.durationSeconds !== null || !probed)
  );
}

async function probeFile(scan: FolderScan, folder: string, stamp: Stamp): Promise<ReadFile> {
  const facts = await factsOf(scan, path.posix.join(folder, stamp.path));
  return { file: { ...stamp, durationSeconds: facts?.durationSeconds ?? null }, tags: facts?.tags };
}

/** A file that cannot be read is there all the same; only a missing ffprobe says nothing of files at all. */
async function factsOf(scan: FolderScan, relative: string): Promise<FileFacts | undefined> {
  scan.signal.throwIfAborted();
  try {
    return await scan.probe(path.join(scan.root, relative));
  } catch (error) {
    if (scan.signal.aborted || !(error instanceof Fault) || error.waitingReason === 'human_task') throw error;
    scan.onUnread({ what: 'file', relative, why: error.message });
    return undefined;
  }
}
