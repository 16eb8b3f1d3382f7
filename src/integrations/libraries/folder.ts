import { readdir, readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import { classifyFile, inReadingOrder } from '../../domain/acquisition/classify.js';
import { eachAtMost } from '../../domain/each-at-most.js';
import { errorCode, Fault, normalizeError } from '../../domain/faults.js';
import type { LibraryFile, ScannedItem } from '../../store/acquisition/library-items.js';
import type { FolderScan, FoundItem, ItemFiles } from './folder-scan.js';
import { readMediaFiles } from './media-file.js';
import { readSingleFile, singleFilesIn } from './single-files.js';
import { plainText } from './plain-text.js';

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
/** So many are asked for and told together: a page of a large library, not all of it. */
const BATCH = 50;
/** Each may run one ffprobe. */
const ITEMS_AT_ONCE = Math.max(2, availableParallelism());

/**
 * Every folder that holds sound files is one audiobook; every film, episode and ebook is an item of its own. Hidden names
 * and links are not looked at.
 * @throws Fault environment (library_unreachable) when the library's folder is not there, transient when the
 * folder asked for is not; any other error of the folder itself.
 */
export async function* scanFolder(scan: FolderScan): AsyncIterable<FoundItem> {
  let batch: ItemFiles[] = [];
  for await (const listed of walk(scan, scan.path)) {
    scan.signal.throwIfAborted();
    batch.push(...itemsIn(scan, listed));
    while (batch.length >= BATCH) {
      yield* readItems(scan, batch.slice(0, BATCH));
      batch = batch.slice(BATCH);
    }
  }
  yield* readItems(scan, batch);
}

function itemsIn(scan: FolderScan, { relative, files }: Listed): ItemFiles[] {
  if (Buffer.byteLength(relative) > MAX_PATH_BYTES) {
    const isMedia = (file: string): boolean =>
      scan.mediaTypes.some((type) => classifyFile(file, type) === 'media');
    if (files.some(isMedia)) tooLong(scan, relative);
    return [];
  }
  return [...audiobookIn(scan, { relative, files }), ...singleFilesIn(scan, { relative, files })];
}

/** Some at once, told in their order; what is known of all of them is asked in one question. */
async function* readItems(scan: FolderScan, items: readonly ItemFiles[]): AsyncIterable<FoundItem> {
  if (items.length === 0) return;
  const known = await scan.known(items.map(({ path: at }) => at));
  const read = new Map<ItemFiles, ScannedItem | undefined>();
  await eachAtMost(ITEMS_AT_ONCE, items, async (files) => {
    scan.signal.throwIfAborted();
    const readItem = files.mediaType === 'audiobook' ? readAudiobook : readSingleFile;
    read.set(files, await readItem(scan, files, known.get(files.path)));
  });
  for (const files of items) {
    const item = read.get(files);
    if (item !== undefined) yield { item, unchanged: isUnchanged(item, known.get(files.path)) };
  }
}

function isUnchanged({ files, ...item }: ScannedItem, known: ScannedItem | undefined): boolean {
  if (files.length !== known?.files.length) return false;
  // A file that has not changed is the known one itself.
  if (!files.every((file) => known.files.includes(file))) return false;
  return (Object.keys(item) as (keyof typeof item)[]).every((field) => item[field] === known[field]);
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
    for (const entry of await readdir(path.join(scan.root, relative), { withFileTypes: true })) {
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

function audiobookIn(
  { mediaTypes }: FolderScan,
  { relative, files }: Pick<Listed, 'relative' | 'files'>,
): ItemFiles[] {
  if (!mediaTypes.includes('audiobook')) return [];
  const names = inReadingOrder(files.filter((file) => classifyFile(file, 'audiobook') === 'media'));
  if (names.length === 0) return [];
  const hasSidecar = files.includes('metadata.json');
  return [{ path: relative, folder: relative, names, mediaType: 'audiobook', hasSidecar }];
}

async function readAudiobook(
  scan: FolderScan,
  listed: ItemFiles,
  known: ScannedItem | undefined,
): Promise<ScannedItem | undefined> {
  const { folder, names, hasSidecar } = listed;
  const read = await readMediaFiles(scan, listed, { known });
  if (read.length === 0) return undefined;
  const told = hasSidecar ? await readSidecar(path.join(scan.root, folder, 'metadata.json')) : {};
  const files = read.map(({ file }) => file);
  return {
    ...describe({ told, tags: read[0]?.tags, isWhole: names.length === 1, known, relative: folder }),
    id: known?.id ?? '',
    path: folder,
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
