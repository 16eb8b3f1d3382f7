import { mkdir, open, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { diskFault } from './disk-faults.js';
import { hashFile, placeFile, type PlaceMode } from './place.js';

/** A file of the set: from a source file, or with a text of our own. */
export type SetFile = { name: string; source: string } | { name: string; text: string };

export interface PublishedFile {
  name: string;
  sizeBytes: number;
  sha256: string;
  mode: PlaceMode | 'written';
}

export interface PublishSet {
  /** The target folder; names are files directly in it. */
  folder: string;
  /** Extras first, media last: watchers see media only when the rest is there. */
  files: readonly SetFile[];
  attemptId: string;
  /** Before the first rename. @throws Fault superseded. */
  fence: () => Promise<void>;
  /** Looks at each staged file; throws when it is not right. */
  verify: (stagedPath: string, name: string) => Promise<void>;
  signal: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/**
 * Makes all files of the set visible, or none: staged as dotfiles in the target folder, verified, fenced,
 * renamed. A repeat accepts what an earlier attempt has published (acquisition.md §5.1).
 * @throws Fault environment (disk_full, mount_gone), bad_input for another file at a target, superseded.
 */
export async function publishSet(set: PublishSet): Promise<PublishedFile[]> {
  try {
    await mkdir(set.folder, { recursive: true });
    await removePartials(set.folder);
    const published = await stageAll(set);
    await set.fence();
    for (const { name } of published) await rename(stagedPath(set, name), path.join(set.folder, name));
    await syncFolder(set.folder);
    await syncFolder(path.dirname(set.folder));
    return published;
  } catch (error) {
    await removePartials(set.folder, set.attemptId);
    await removeEmptyFolder(set.folder);
    throw error === set.signal.reason ? error : diskFault(error);
  }
}

async function stageAll(set: PublishSet): Promise<PublishedFile[]> {
  const staged: PublishedFile[] = [];
  for (const file of set.files) {
    if (set.signal.aborted) throw set.signal.reason;
    const target = stagedPath(set, file.name);
    const placed = 'text' in file ? await writeText(target, file.text) : await placeSource(set, file, target);
    await refuseClash(set, file.name, placed.sha256);
    await set.verify(target, file.name);
    staged.push({ name: file.name, ...placed });
  }
  return staged;
}

async function placeSource(
  set: PublishSet,
  { source }: { source: string },
  target: string,
): Promise<Omit<PublishedFile, 'name'>> {
  const { signal, onBytes } = set;
  const placed = await placeFile({ source, target, signal, ...(onBytes === undefined ? {} : { onBytes }) });
  const { size } = await stat(source);
  if (placed.sizeBytes !== size) {
    throw new Fault(
      'transient',
      `Expected ${size} bytes of ${path.basename(source)}, got ${placed.sizeBytes}`,
    );
  }
  return placed;
}

async function writeText(target: string, text: string): Promise<Omit<PublishedFile, 'name'>> {
  await writeFile(target, text, { flush: true });
  const sha256 = await hashFile(target, { signal: new AbortController().signal });
  return { sizeBytes: Buffer.byteLength(text), sha256, mode: 'written' };
}

/** Our own earlier result is accepted; somebody else's file is never overwritten. */
async function refuseClash(set: PublishSet, name: string, sha256: string): Promise<void> {
  const existing = path.join(set.folder, name);
  const there = await stat(existing).catch(() => undefined);
  if (there === undefined) return;
  if ((await hashFile(existing, { signal: set.signal })) === sha256) return;
  throw new Fault('bad_input', `Another file is at the target already: ${name}`, {
    remedy: 'Move it away or change the path template, then retry the job',
  });
}

const PARTIAL = /^\..+\.partial-([0-9a-f-]{36})$/;

function stagedPath({ folder, attemptId }: PublishSet, name: string): string {
  return path.join(folder, `.${name}.partial-${attemptId}`);
}

/** An older attempt that still runs then fails at its rename (jobs.md §5). */
export async function removePartials(folder: string, attemptId?: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, owner] = PARTIAL.exec(name) ?? [];
    if (owner !== undefined && (attemptId === undefined || owner === attemptId)) {
      await rm(path.join(folder, name), { force: true });
    }
  }
}

async function removeEmptyFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

/** A rename survives a power cut only once its folder is on disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
