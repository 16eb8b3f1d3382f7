import { createHash } from 'node:crypto';
import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { eachAtMost } from '../../domain/each-at-most.js';
import { errorCode, Fault } from '../../domain/faults.js';
import { diskFault } from './disk-faults.js';
import { hashFile, placeFile, type PlaceMode } from './place.js';
import { clash, revealStage, type Stage } from './reveal.js';
import { syncFile, syncFolders } from './sync.js';
import {
  folderOf,
  makeFolders,
  readFolder,
  removeEmptyFolders,
  removePartials,
  requireRoot,
  stagingName,
  statIfThere,
  type Target,
} from './target.js';

/** One is read while another waits for the disk to keep it. */
const FILES_AT_ONCE = 2;

/** A file of the set: from a source file, or with a text of our own. */
export type SetFile =
  | { name: string; source: string; /** Never a link to the source. */ own?: boolean }
  | { name: string; text: string };

export interface PublishedFile {
  name: string;
  sizeBytes: number;
  /** Null: a hard link to its source. */
  sha256: string | null;
  /** Of a hard link. */
  inode?: string | undefined;
  /** `found`: an equal file stood there before us. */
  mode: PlaceMode | 'written' | 'found';
  /** Of what was placed, where it was amended since; `sha256` is of what stands there. */
  sourceSha256?: string | undefined;
}

/** A file that waits, hidden, for the rest of its set. */
export interface StagedFile {
  hostPath: string;
  name: string;
  mode: PlaceMode;
}

export interface PublishSet {
  target: Target;
  /** Extras first, media last: where files appear one by one, watchers see media only when the rest is there. */
  files: readonly SetFile[];
  attemptId: string;
  /** What an earlier attempt has recorded: its files are known by their hashes. */
  earlier: readonly PublishedFile[];
  /** What other sets have recorded for the same target: an amended file is known by what it was made of. */
  others?: readonly PublishedFile[];
  /** May put a changed file in the place of one that is no link; true when it did. */
  amend?: (staged: StagedFile) => Promise<boolean>;
  /** Keeps what is verified, before anything of it is visible (jobs.md §8 no. 6). */
  record: (files: PublishedFile[]) => Promise<void>;
  /** Before each irreversible act. @throws Fault superseded. */
  fence: () => Promise<void>;
  /** Looks at each file; throws when it is not right. `linked`: it is the source itself. */
  verify: (file: { hostPath: string; name: string; linked: boolean }) => Promise<void>;
  signal: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/**
 * Makes all files of the set visible, or none: staged in a hidden folder beside the target, verified,
 * recorded, fenced, then shown by one rename. Where the target folder is somebody's already, file by file.
 * A repeat after a kill accepts what stands there already (acquisition.md §5.1, jobs.md §5).
 * @throws the signal's reason; Fault environment (disk_full, mount_gone), superseded, bad_input for another
 * file at a target.
 */
export async function publishSet(set: PublishSet): Promise<PublishedFile[]> {
  try {
    // A late, superseded attempt must not remove what the newer one has staged.
    await set.fence();
    await requireRoot(set.target.root);
    await removePartials(set.target);
    const there = await acceptPublished(set);
    const missing = set.files.filter(({ name }) => !there.has(name));
    const stage = missing.length === 0 ? undefined : await openStage(set);
    const staged = stage === undefined ? [] : await fillStage(set, stage, missing);
    const published = inOrder(set.files, [...there.values(), ...staged]);
    await set.record(published);
    if (set.signal.aborted) throw set.signal.reason;
    await set.fence();
    if (stage !== undefined) await show(set, stage, missing);
    return published;
  } catch (error) {
    const reason = await explain(set, error);
    await tidyUp(set, reason).catch(() => undefined);
    throw reason;
  }
}

/** Takes back what a set that was never committed has left: staged, visible, and empty folders. */
export async function withdrawSet(target: Target, recorded: readonly PublishedFile[]): Promise<void> {
  const { signal } = new AbortController();
  try {
    await removePartials(target);
    for (const { name, sizeBytes, sha256, inode, mode } of recorded) {
      const file = path.join(folderOf(target), name);
      const found = await statIfThere(file);
      if (mode === 'found' || found?.isFile() !== true || Number(found.size) !== sizeBytes) continue;
      const isOurs =
        sha256 === null ? (await inodeOf(file)) === inode : (await hashFile(file, { signal })) === sha256;
      if (isOurs) await rm(file);
    }
    await removeEmptyFolders(target);
  } catch (error) {
    throw diskFault(error);
  }
}

/** The files that stand there already, by name. @throws Fault bad_input for one that differs. */
async function acceptPublished(set: PublishSet): Promise<Map<string, PublishedFile>> {
  const accepted = new Map<string, PublishedFile>();
  for (const file of set.files) {
    const hostPath = path.join(folderOf(set.target), file.name);
    const found = await statIfThere(hostPath);
    if (found === undefined) continue;
    if (!found.isFile()) throw clash(file.name);
    const known = await accept(set, file, { hostPath, sizeBytes: Number(found.size) });
    accepted.set(file.name, known);
    await set.verify({ hostPath, name: file.name, linked: known.sha256 === null });
  }
  return accepted;
}

async function accept(
  set: PublishSet,
  file: SetFile,
  { hostPath, sizeBytes }: { hostPath: string; sizeBytes: number },
): Promise<PublishedFile> {
  if ('source' in file && (await inodeOf(file.source)) === (await inodeOf(hostPath))) {
    const linked = set.earlier.find(({ name, mode }) => name === file.name && mode === 'hardlink');
    return linked ?? { name: file.name, sizeBytes, sha256: null, mode: 'found' };
  }
  const sha256 = await hashFile(hostPath, set);
  const ours = set.earlier.find((known) => known.name === file.name && known.sha256 === sha256);
  if (ours !== undefined) return ours;
  if (sha256 === (await hashWanted(set, file, sizeBytes))) {
    return { name: file.name, sizeBytes, sha256, mode: 'found' };
  }
  const amended = set.others?.find((known) => known.name === file.name && known.sha256 === sha256);
  if (amended !== undefined && (await isMadeOf(set, file, amended))) return { ...amended, mode: 'found' };
  throw clash(file.name);
}

/** With its device: a number of large file systems has more digits than a float keeps. */
async function inodeOf(file: string): Promise<string> {
  const { dev, ino } = await lstat(file, { bigint: true });
  return `${dev}:${ino}`;
}

async function hashWanted(set: PublishSet, file: SetFile, sizeBytes: number): Promise<string | undefined> {
  if ('text' in file) return createHash('sha256').update(file.text).digest('hex');
  const { size } = await lstat(file.source);
  return size === sizeBytes ? hashFile(file.source, { signal: set.signal }) : undefined;
}

async function isMadeOf(set: PublishSet, file: SetFile, { sourceSha256 }: PublishedFile): Promise<boolean> {
  if ('text' in file || sourceSha256 === undefined) return false;
  return (await hashFile(file.source, { signal: set.signal })) === sourceSha256;
}

/** Beside the target where it is not there yet, so that one rename shows all; else inside, on its file system. */
async function openStage({ target, attemptId }: PublishSet): Promise<Stage> {
  const folder = folderOf(target);
  const name = stagingName(target, attemptId);
  const isShared = target.sharedBy !== undefined;
  await makeFolders(target.root, isShared ? target.path : path.posix.dirname(target.path));
  const found = await statIfThere(folder);
  const claimed =
    !isShared &&
    found?.isDirectory() === true &&
    target.kept !== target.path &&
    (await readFolder(folder)).length === 0;
  const stage: Stage =
    found === undefined || claimed
      ? { folder: path.join(path.dirname(folder), name), target: claimed ? 'claimed' : 'absent' }
      : { folder: path.join(folder, name), target: 'there' };
  await mkdir(stage.folder);
  return stage;
}

async function fillStage(set: PublishSet, stage: Stage, files: readonly SetFile[]): Promise<PublishedFile[]> {
  const staged: PublishedFile[] = [];
  await eachAtMost(FILES_AT_ONCE, files, async (file) => {
    if (set.signal.aborted) throw set.signal.reason;
    const hostPath = path.join(stage.folder, file.name);
    const placed =
      'text' in file ? await writeText(hostPath, file.text) : await placeAmended(set, file, hostPath);
    await set.verify({ hostPath, name: file.name, linked: placed.sha256 === null });
    staged.push({ name: file.name, ...placed });
  });
  await syncFile(stage.folder);
  return staged;
}

/** A link's bytes belong to its download, so only a copy is ever offered for a change (acquisition.md §8 no. 47). */
async function placeAmended(
  set: PublishSet,
  { name, source, own = false }: Extract<SetFile, { source: string }>,
  hostPath: string,
): Promise<Omit<PublishedFile, 'name'>> {
  const placed = await placeFile({ ...set, source, own, target: hostPath });
  const { mode } = placed;
  if (mode === 'hardlink' || (await set.amend?.({ hostPath, name, mode })) !== true) return placed;
  await syncFile(hostPath);
  const { size: sizeBytes } = await lstat(hostPath);
  return {
    sizeBytes,
    sha256: await hashFile(hostPath, { signal: set.signal }),
    mode,
    sourceSha256: placed.sha256 ?? undefined,
  };
}

async function writeText(file: string, text: string): Promise<Omit<PublishedFile, 'name'>> {
  await writeFile(file, text, { flag: 'wx', flush: true });
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { sizeBytes: Buffer.byteLength(text), sha256, mode: 'written' };
}

async function show(set: PublishSet, stage: Stage, files: readonly SetFile[]): Promise<void> {
  const { target, fence } = set;
  const folder = folderOf(target);
  await revealStage({ stage, folder, names: files.map(({ name }) => name), fence });
  // Folders that we made are entries of their parents, up to the one that was there.
  const changed = [folder];
  for (let own = target.path; own !== target.kept && own !== '.'; own = path.posix.dirname(own)) {
    changed.push(path.join(target.root, path.posix.dirname(own)));
  }
  await syncFolders(changed);
}

function inOrder(files: readonly SetFile[], published: readonly PublishedFile[]): PublishedFile[] {
  return files.flatMap(({ name }) => published.filter((file) => file.name === name));
}

/** A file of ours that is gone: its root went away, or a newer attempt has removed it. */
async function explain(set: PublishSet, error: unknown): Promise<unknown> {
  if (error === set.signal.reason) return error;
  if (errorCode(error) === 'ENOENT') {
    try {
      await requireRoot(set.target.root);
      await set.fence();
    } catch (deeper) {
      return diskFault(deeper);
    }
  }
  return diskFault(error);
}

async function tidyUp({ target, attemptId }: PublishSet, reason: unknown): Promise<void> {
  await removePartials(target, attemptId);
  // A newer attempt may be about to use them.
  if (!(reason instanceof Fault && reason.kind === 'superseded')) await removeEmptyFolders(target);
}
