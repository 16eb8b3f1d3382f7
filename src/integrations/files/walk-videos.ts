import type { Dirent } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

import { errorCode } from '../../domain/faults.js';
import { compareBytes } from '../../domain/media/path-order.js';
import { isScannedFolder, isVideoName } from '../../domain/media/video-name.js';
import { isBelow } from './below.js';

/** Why an entry was passed over. `folder`: what lies below it is not known, so that nothing there is missing. */
export interface PassedOver {
  what: 'file' | 'folder' | 'link';
  relative: string;
  why: string;
}

export interface VideoWalk {
  /** Host folder of the root, which no link leads out of. */
  root: string;
  /** The scanned folder, relative to the root. */
  folder: string;
  /** A path that an earlier walk ended with: what comes up to it is not told again. */
  after: string | undefined;
  signal: AbortSignal;
  onPassedOver: (entry: PassedOver) => void;
}

/** A longer path fits in no index row of Postgres. */
const MAX_PATH_BYTES = 2_000;
/** Names are read from the disk so many at a time. */
const DIRECTORY_BUFFER = 512;

interface Entry {
  name: string;
  isFolder: boolean;
}

interface Frame {
  /** Relative to the root. */
  relative: string;
  entries: Entry[];
  next: number;
  /** Reached by a link: no further link to a folder is followed there, so that none leads in circles. */
  linked: boolean;
}

/**
 * Paths of all files with a video's name, relative to the root, some at a time: depth-first, in the order of their bytes.
 * Holds the names of one folder a level. A link is followed where its target lies in the root and outside of the scanned
 * folder, in which each file is found by its own name.
 * @throws the signal's reason; Node's own error of the scanned folder, and of a disk that fails.
 */
export async function* walkVideos(walk: VideoWalk): AsyncIterable<string[]> {
  const places = {
    root: await realpath(walk.root),
    folder: await realpath(path.join(walk.root, walk.folder)),
  };
  const context = { ...walk, places };
  const stack: Frame[] = [await openFolder(context, { relative: walk.folder, linked: false })];
  let run: string[] = [];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    walk.signal.throwIfAborted();
    const entry = frame.entries[frame.next];
    frame.next += 1;
    if (entry === undefined) {
      stack.pop();
    } else if (!entry.isFolder) {
      run.push(path.posix.join(frame.relative, entry.name));
    } else {
      if (run.length > 0) yield run;
      run = [];
      const opened = await tryFolder(context, frame, entry.name);
      if (opened !== undefined) stack.push(opened);
    }
    if (run.length >= DIRECTORY_BUFFER) {
      yield run;
      run = [];
    }
  }
  if (run.length > 0) yield run;
}

type Context = VideoWalk & { places: { root: string; folder: string } };

/** Undefined for one further down that cannot be read or went away: the rest is still worth reading. */
async function tryFolder(context: Context, parent: Frame, name: string): Promise<Frame | undefined> {
  const relative = path.posix.join(parent.relative, name);
  try {
    const linked = parent.linked || (await isLink(context, relative));
    return await openFolder(context, { relative, linked });
  } catch (error) {
    passOver(context, { what: 'folder', relative }, error);
    return undefined;
  }
}

async function isLink({ root }: Context, relative: string): Promise<boolean> {
  return (await lstat(path.join(root, relative))).isSymbolicLink();
}

/** What is to be looked at in a folder, in the order of its paths. */
async function openFolder(
  context: Context,
  { relative, linked }: { relative: string; linked: boolean },
): Promise<Frame> {
  const entries: Entry[] = [];
  const directory = await opendir(path.join(context.root, relative), { bufferSize: DIRECTORY_BUFFER });
  for await (const dirent of directory) {
    const entry = await entryOf(context, {
      dirent,
      relative: path.posix.join(relative, dirent.name),
      linked,
    });
    if (entry !== undefined && !isDone(context, path.posix.join(relative, keyOf(entry)))) entries.push(entry);
  }
  entries.sort((one, other) => compareBytes(keyOf(one), keyOf(other)));
  return { relative, entries, next: 0, linked };
}

/** A folder stands where its paths do: `a b.mp4` comes before `a/b.mp4`. */
function keyOf({ name, isFolder }: Entry): string {
  return isFolder ? `${name}/` : name;
}

/** The cursor has passed a file, or all that a folder can hold. */
function isDone({ after }: Context, key: string): boolean {
  return (
    after !== undefined && compareBytes(key, after) <= 0 && !(key.endsWith('/') && after.startsWith(key))
  );
}

interface Listed {
  dirent: Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>;
  relative: string;
  linked: boolean;
}

/** The extension decides first, so that what is no video costs no further call. */
async function entryOf(context: Context, listed: Listed): Promise<Entry | undefined> {
  const { dirent, relative } = listed;
  const { name } = dirent;
  const [mayBeVideo, mayBeFolder] = [isVideoName(name), isScannedFolder(name)];
  if (!mayBeVideo && !mayBeFolder) return undefined;
  if (Buffer.byteLength(relative) > MAX_PATH_BYTES) {
    if (mayBeVideo) tell(context, 'file', relative, `its path has more than ${MAX_PATH_BYTES} bytes`);
    return undefined;
  }
  if (await isBrokenName(context, relative)) {
    tell(context, 'file', relative, 'its name is no UTF-8');
    return undefined;
  }
  const kind = await kindOf(context, listed);
  if (kind === 'folder') return mayBeFolder ? { name, isFolder: true } : undefined;
  return kind === 'file' && mayBeVideo ? { name, isFolder: false } : undefined;
}

type Kind = 'file' | 'folder' | undefined;

async function kindOf(context: Context, { dirent, relative, linked }: Listed): Promise<Kind> {
  if (dirent.isFile()) return 'file';
  if (dirent.isDirectory()) return 'folder';
  if (dirent.isSymbolicLink()) return kindOfTarget(context, { relative, linked });
  // Some file systems tell no kinds in their listings.
  const found = await lstat(path.join(context.root, relative)).catch(() => undefined);
  if (found?.isSymbolicLink() === true) return kindOfTarget(context, { relative, linked });
  return found?.isFile() === true ? 'file' : found?.isDirectory() === true ? 'folder' : undefined;
}

async function kindOfTarget(
  context: Context,
  { relative, linked }: { relative: string; linked: boolean },
): Promise<Kind> {
  try {
    const target = await realpath(path.join(context.root, relative));
    const found = await stat(target);
    const refused = found.isDirectory() && linked ? 'it is a link within a link' : refusal(context, target);
    if (refused === undefined) return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : undefined;
    tell(context, 'link', relative, refused);
  } catch (error) {
    tell(
      context,
      'link',
      relative,
      errorCode(error) === 'ELOOP' ? 'it leads in circles' : 'it leads nowhere',
    );
  }
  return undefined;
}

/** Undefined: the link may be followed. */
function refusal({ places }: Context, target: string): string | undefined {
  if (!isBelow(places.root, target)) return 'it leaves its root';
  if (isBelow(places.folder, target) || isBelow(target, places.folder))
    return 'what it names is found by its own name';
  const names = path.relative(places.root, target).split(path.sep);
  return names.every(isScannedFolder) ? undefined : 'what it names is hidden';
}

function tell(context: Context, what: PassedOver['what'], relative: string, why: string): void {
  context.onPassedOver({ what, relative, why });
}

/** @throws what is no trouble of this one folder alone. */
function passOver(context: Context, entry: Pick<PassedOver, 'what' | 'relative'>, error: unknown): void {
  const code = errorCode(error) ?? '';
  if (!['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP'].includes(code)) throw error;
  tell(context, entry.what, entry.relative, code);
}

/** Bytes that are no UTF-8 were read as U+FFFD, and such a name opens nothing; no row can have it either. */
async function isBrokenName({ root }: Context, relative: string): Promise<boolean> {
  if (!relative.includes('\uFFFD')) return false;
  const found = await lstat(path.join(root, relative)).catch(errorCode);
  return found === 'ENOENT';
}
