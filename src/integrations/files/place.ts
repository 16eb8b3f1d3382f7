import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { copyFile, link, lstat, open, rm, utimes, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { readChunks } from './read-chunks.js';
import { syncFile } from './sync.js';

export type PlaceMode = 'hardlink' | 'reflink' | 'copy';

export interface Placed {
  mode: PlaceMode;
  sizeBytes: number;
  /** Null for a hard link: it is the source itself, so that there is nothing to read back. */
  sha256: string | null;
  /** Of a hard link, which is known by it. */
  inode?: string;
}

interface Placement {
  source: string;
  target: string;
  /** True: never a link, so that what stands at `target` may be changed. */
  own?: boolean;
  signal: AbortSignal;
  /** Bytes done since the last call. */
  onBytes?: (bytes: number) => void;
}

/**
 * Puts `source` at `target`: hardlink, else reflink, else copy, each by really trying, since equal device
 * numbers prove nothing (acquisition.md §5.2). What stands at `target` is synced; a copy is read back and hashed.
 * @throws Fault bad_input for a source that is no plain file, transient for one that changed meanwhile.
 */
export async function placeFile(placement: Placement): Promise<Placed> {
  const { source, target } = placement;
  const before = await statPlainFile(source);
  await rm(target, { force: true });
  const linked = placement.own === true ? undefined : await tryLink(placement);
  const mode = linked ?? (await tryClone(placement)) ?? 'copy';
  const read = mode === 'copy' ? await copyHashing(placement) : undefined;
  const sha256 = await settle(mode, { placement, read });
  const placed = await lstat(target, { bigint: true });
  const sizeBytes = Number(placed.size);
  if (sizeBytes !== before.size || hasChanged(before, await statPlainFile(source))) {
    throw new Fault('transient', `${path.basename(source)} was changed while it was filed`, {
      remedy: 'Wait until no program writes to it any more',
    });
  }
  return {
    mode,
    sizeBytes,
    sha256,
    ...(mode === 'hardlink' ? { inode: `${placed.dev}:${placed.ino}` } : {}),
  };
}

/** Read back while the disk keeps it. */
async function settle(
  mode: PlaceMode,
  { placement, read }: { placement: Placement; read: string | undefined },
): Promise<string | null> {
  const { source, target, signal } = placement;
  const [sha256] = await Promise.all([
    mode === 'hardlink' ? null : hashFile(target, mode === 'reflink' ? placement : { signal }),
    syncFile(target),
  ]);
  if (read === undefined || sha256 === read) return sha256;
  throw new Fault('transient', `The copy of ${path.basename(source)} differs from what was read`, {
    remedy: 'Check the disk if it happens again',
  });
}

/** A link would put its own name into the library, not the file; a pipe would never end. */
async function statPlainFile(file: string): Promise<Stats> {
  const found = await lstat(file);
  if (found.isFile()) return found;
  throw new Fault('bad_input', `Expected a plain file, ${path.basename(file)} is a link or a special file`, {
    remedy: 'Replace it by the file itself',
  });
}

function hasChanged(before: Stats, after: Stats): boolean {
  return before.ino !== after.ino || before.size !== after.size || before.mtimeMs !== after.mtimeMs;
}

/** Whatever refuses the link, the copy tells what is really wrong. */
async function tryLink({ source, target }: Placement): Promise<PlaceMode | undefined> {
  return link(source, target).then(
    () => 'hardlink' as const,
    () => undefined,
  );
}

async function tryClone({ source, target }: Placement): Promise<PlaceMode | undefined> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return 'reflink';
  } catch {
    await rm(target, { force: true });
    return undefined;
  }
}

/** Copies bytes and times; gives the hash of what was read. */
async function copyHashing({ source, target, signal, onBytes }: Placement): Promise<string> {
  const hash = createHash('sha256');
  const output = await open(target, 'wx', 0o664);
  try {
    for await (const chunk of readChunks(source)) {
      if (signal.aborted) throw signal.reason;
      const written = writeAll(output, chunk);
      hash.update(chunk);
      await written;
      onBytes?.(chunk.length);
    }
  } finally {
    await output.close();
  }
  await keepTimes(source, target);
  return hash.digest('hex');
}

async function writeAll(output: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await output.write(bytes, written)).bytesWritten;
  }
}

/** Network mounts may refuse it, and nothing depends on it. */
async function keepTimes(source: string, target: string): Promise<void> {
  const { atime, mtime } = await lstat(source);
  await utimes(target, atime, mtime).catch(() => undefined);
}

/** SHA-256 by streaming; the event loop stays free between chunks. */
export async function hashFile(
  file: string,
  { signal, onBytes }: Pick<Placement, 'signal' | 'onBytes'>,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(file)) {
    if (signal.aborted) throw signal.reason;
    hash.update(chunk);
    onBytes?.(chunk.length);
  }
  return hash.digest('hex');
}
