import { opendir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { classifyFile, inReadingOrder } from '../../domain/acquisition/classify.js';
import { errorCode, Fault, normalizeError } from '../../domain/faults.js';
import type { LibraryFile, ScannedItem } from '../../store/acquisition/library-items.js';
import { plainText } from './plain-text.js';

/** What a file's tags say; given by ffprobe. */
export interface FileFacts {
  durationSeconds: number;
  tags: Record<string, string>;
}

export interface Unread {
  what: 'folder' | 'file';
  /** Relative to the library's root. */
  relative: string;
  why: string;
}

export interface FolderScan {
  /** Absolute folder of the library. */
  root: string;
  /** Below it, or '' for all of it. */
  path: string;
  probe: (hostPath: string) => Promise<FileFacts>;
  /** What an earlier scan knew of the item at a path: unchanged files are not probed again. */
  known: (itemPath: string) => Promise<ScannedItem | undefined>;
  /** What could not be read. After a folder, nothing may be called missing on this scan's word. */
  onUnread: (unread: Unread) => void;
  signal: AbortSignal;
}

/** Folders that systems keep for themselves and that a media library never uses. */
const SYSTEM_FOLDERS = new Set([
  'lost+found',
  '@eaDir',
  '#recycle',
  '$RECYCLE.BIN',
  'System Volume Information',
]);
/** A longer path fits in no index row of Postgres. */
const MAX_PATH_BYTES = 2_000;

/**
 * Every folder that holds media files is one item. Hidden names and links are not looked at.
 * @throws Fault environment (library_unreachable) when the library's folder is not there, transient when the
 * folder asked for is not; any other error of the folder itself.
 */
export async function* scanFolder(scan: FolderScan): AsyncIterable<ScannedItem> {
  for await (const { relative, files } of walk(scan, scan.path)) {
    if (scan.signal.aborted) throw scan.signal.reason;
    const media = inReadingOrder(files.filter((file) => classifyFile(file) === 'media'));
    if (media.length === 0) continue;
    if (Buffer.byteLength(relative) > MAX_PATH_BYTES) tooLong(scan, relative);
    else yield* readItem(scan, { relative, media, hasSidecar: files.includes('metadata.json') });
  }
}

function tooLong(scan: FolderScan, relative: string): void {
  scan.onUnread({ what: 'file', relative, why: `its path has more than ${MAX_PATH_BYTES} bytes` });
}

interface Listed {
  relative: string;
  folders: string[];
  files: string[];
}

async function* walk(scan: FolderScan, relative: string): AsyncIterable<Listed> {
  const listed = await listFolder(scan, relative);
  if (listed === undefined) return;
  yield listed;
  for (const name of inReadingOrder(listed.folders)) yield* walk(scan, path.posix.join(relative, name));
}

/** Undefined for a folder further down that cannot be read or went away: the rest is still worth reading. */
async function listFolder(scan: FolderScan, relative: string): Promise<Listed | undefined> {
  const listed: Listed = { relative, folders: [], files: [] };
  try {
    for await (const entry of await opendir(path.join(scan.root, relative))) {
      if (entry.name.startsWith('.') || SYSTEM_FOLDERS.has(entry.name)) continue;
      if (entry.isDirectory()) listed.folders.push(entry.name);
      else if (entry.isFile()) listed.files.push(entry.name);
    }
    return listed;
  } catch (error) {
    if (relative === scan.path) throw notThere(scan, error);
    if (!['ENOENT', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    scan.onUnread({ what: 'folder', relative, why: normalizeError(error).message });
    return undefined;
  }
}

function notThere(scan: FolderScan, cause: unknown): unknown {
  if (errorCode(cause) !== 'ENOENT') return cause;
  if (scan.path === '') {
    return new Fault('environment', 'Expected the folder of the library, it is not there', {
      waitingReason: 'library_unreachable',
      remedy: 'Mount its disk, or make the folder',
      cause,
    });
  }
  // A network file system may show a new folder some seconds late.
  return new Fault('transient', `Expected the folder "${scan.path}" in the library, it is not there`, {
    remedy: 'Check the path; without one all of the library is scanned',
    cause,
  });
}

interface ReadFile {
  file: LibraryFile;
  /** Undefined for a file that is unchanged or cannot be read. */
  tags: Record<string, string> | undefined;
}

async function* readItem(
  scan: FolderScan,
  { relative, media, hasSidecar }: { relative: string; media: string[]; hasSidecar: boolean },
): AsyncIterable<ScannedItem> {
  const known = await scan.known(relative);
  const read: ReadFile[] = [];
  for (const name of media) {
    const file = await readMediaFile(scan, { relative, name, known });
    if (file !== undefined) read.push(file);
  }
  if (read.length === 0) return;
  const told = hasSidecar ? await readSidecar(path.join(scan.root, relative, 'metadata.json')) : {};
  const files = read.map(({ file }) => file);
  yield {
    ...describe({ told, tags: read[0]?.tags, isWhole: media.length === 1, known, relative }),
    id: known?.id ?? '',
    path: relative,
    mediaType: 'audiobook',
    durationSeconds: totalSeconds(files),
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    files,
  };
}

/** Unknown as long as one file's is. */
function totalSeconds(files: readonly LibraryFile[]): number | null {
  return files.reduce<number | null>(
    (sum, { durationSeconds }) => (sum === null || durationSeconds === null ? null : sum + durationSeconds),
    0,
  );
}

/** One stat for an unchanged file; undefined for one that went away, or whose name Node cannot spell. */
async function readMediaFile(
  scan: FolderScan,
  { relative, name, known }: { relative: string; name: string; known: ScannedItem | undefined },
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

const MAX_SIDECAR_BYTES = 1_000_000;

const text = z.string().optional().catch(undefined).transform(plainText);
const texts = z.array(text).catch([]);

const sidecar = z.object({
  title: text,
  authors: texts,
  narrators: texts,
  publishedYear: text,
  asin: text,
  isbn: text,
});

type Sidecar = Partial<z.output<typeof sidecar>>;

async function readSidecar(file: string): Promise<Sidecar> {
  try {
    if ((await stat(file)).size > MAX_SIDECAR_BYTES) return {};
    return sidecar.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Somebody else's or broken: the tags tell instead.
    return {};
  }
}

interface Sources {
  told: Sidecar;
  tags: Record<string, string> | undefined;
  /** The item is one file, so that the file's title is the item's. */
  isWhole: boolean;
  known: ScannedItem | undefined;
  relative: string;
}

/** The sidecar wins over tags, tags over what was known, and the folder's name is the last word. */
function describe(
  sources: Sources,
): Pick<ScannedItem, 'title' | 'author' | 'narrator' | 'year' | 'asin' | 'isbn'> {
  const { told, tags = {}, isWhole, known, relative } = sources;
  const tag = (name: string): string | undefined => text.parse(tags[name]);
  const year = /^\d{4}/.exec(told.publishedYear ?? tag('date') ?? '')?.[0];
  return {
    title:
      told.title ??
      tag('album') ??
      (isWhole ? tag('title') : undefined) ??
      known?.title ??
      path.posix.basename(relative),
    author: told.authors?.[0] ?? tag('album_artist') ?? tag('artist') ?? known?.author ?? null,
    narrator: told.narrators?.[0] ?? tag('composer') ?? known?.narrator ?? null,
    year: year === undefined ? (known?.year ?? null) : Number(year),
    asin: told.asin ?? tag('asin') ?? known?.asin ?? null,
    isbn: told.isbn ?? tag('isbn') ?? known?.isbn ?? null,
  };
}
