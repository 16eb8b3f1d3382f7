import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, open, rm, stat, utimes, type FileHandle } from 'node:fs/promises';

import { errorCode } from '../../domain/faults.js';

export type PlaceMode = 'hardlink' | 'reflink' | 'copy';

export interface Placed {
  mode: PlaceMode;
  sizeBytes: number;
  sha256: string;
}

const LINK_REFUSALS = new Set([
  'EXDEV',
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
  'ENOSYS',
  'EACCES',
  'EINVAL',
]);
const CHUNK_BYTES = 1024 * 1024;

/**
 * Puts `source` at `target`: hardlink, else reflink, else copy, each by really trying, since equal device
 * numbers prove nothing (acquisition.md §5.2). A copy is synced. The hash is of what stands at `target`.
 */
export async function placeFile(options: {
  source: string;
  target: string;
  signal: AbortSignal;
  onBytes?: (bytes: number) => void;
}): Promise<Placed> {
  const { source, target, signal, onBytes = () => undefined } = options;
  await rm(target, { force: true });
  const mode = (await tryLink(source, target)) ?? (await tryClone(source, target)) ?? 'copy';
  const sha256 =
    mode === 'copy'
      ? await copyHashing({ source, target, signal, onBytes })
      : await hashFile(target, { signal, onBytes });
  const { size } = await stat(target);
  return { mode, sizeBytes: size, sha256 };
}

async function tryLink(source: string, target: string): Promise<PlaceMode | undefined> {
  try {
    await link(source, target);
    return 'hardlink';
  } catch (error) {
    if (LINK_REFUSALS.has(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

async function tryClone(source: string, target: string): Promise<PlaceMode | undefined> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE);
    return 'reflink';
  } catch (error) {
    await rm(target, { force: true });
    if (LINK_REFUSALS.has(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

async function copyHashing(copy: {
  source: string;
  target: string;
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
}): Promise<string> {
  const hash = createHash('sha256');
  const output = await open(copy.target, 'wx', 0o664);
  try {
    for await (const chunk of createReadStream(copy.source, { highWaterMark: CHUNK_BYTES })) {
      if (copy.signal.aborted) throw copy.signal.reason;
      const bytes = chunk as Buffer;
      hash.update(bytes);
      await writeAll(output, bytes);
      copy.onBytes(bytes.length);
    }
    await output.sync();
  } finally {
    await output.close();
  }
  await keepTimes(copy.source, copy.target);
  return hash.digest('hex');
}

async function writeAll(output: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await output.write(bytes, written)).bytesWritten;
  }
}

/** Network mounts may refuse it, and nothing depends on it. */
async function keepTimes(source: string, target: string): Promise<void> {
  const { atime, mtime } = await stat(source);
  await utimes(target, atime, mtime).catch(() => undefined);
}

/** SHA-256 by streaming; the event loop stays free between chunks. */
export async function hashFile(
  file: string,
  { signal, onBytes = () => undefined }: { signal: AbortSignal; onBytes?: (bytes: number) => void },
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    if (signal.aborted) throw signal.reason;
    hash.update(chunk as Buffer);
    onBytes((chunk as Buffer).length);
  }
  return hash.digest('hex');
}
