import { stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import type { LibraryFile, ScannedItem } from '../../store/acquisition/library-items.js';
import type { FileFacts, FolderScan } from './folder-scan.js';

export interface ReadFile {
  file: LibraryFile;
  /** Undefined for a file that is unchanged or cannot be read. */
  tags: Record<string, string> | undefined;
}

interface Wanted {
  /** Its folder, relative to the library's root. */
  relative: string;
  name: string;
  known: ScannedItem | undefined;
  /** false: ffprobe cannot read it. */
  probed?: boolean;
}

/** One stat for an unchanged file; undefined for one that went away, or whose name Node cannot spell. */
export async function readMediaFile(
  scan: FolderScan,
  { relative, name, known, probed = true }: Wanted,
): Promise<ReadFile | undefined> {
  const hostPath = path.join(scan.root, relative, name);
  const found = await stat(hostPath).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
    const why = 'it is not there any more, or its name is not UTF-8';
    scan.onUnread({ what: 'file', relative: path.posix.join(relative, name), why });
    return undefined;
  });
  if (found === undefined) return undefined;
  const stamp = { path: name, sizeBytes: found.size, modifiedAtMs: Math.trunc(found.mtimeMs) };
  const same = known?.files.find((file) => isSame(file, stamp));
  if (same !== undefined) return { file: same, tags: undefined };
  if (!probed) return { file: { ...stamp, durationSeconds: null }, tags: undefined };
  const facts = await probeFile(scan, { hostPath, relative: path.posix.join(relative, name) });
  return { file: { ...stamp, durationSeconds: facts?.durationSeconds ?? null }, tags: facts?.tags };
}

function isSame(file: LibraryFile, stamp: Omit<LibraryFile, 'durationSeconds'>): boolean {
  return (
    file.path === stamp.path &&
    file.sizeBytes === stamp.sizeBytes &&
    file.modifiedAtMs === stamp.modifiedAtMs &&
    file.durationSeconds !== null
  );
}

/** A file that cannot be read is there all the same; only a missing ffprobe says nothing of files at all. */
async function probeFile(
  scan: FolderScan,
  { hostPath, relative }: { hostPath: string; relative: string },
): Promise<FileFacts | undefined> {
  try {
    return await scan.probe(hostPath);
  } catch (error) {
    if (scan.signal.aborted || !(error instanceof Fault) || error.waitingReason === 'human_task') throw error;
    scan.onUnread({ what: 'file', relative, why: error.message });
    return undefined;
  }
}
