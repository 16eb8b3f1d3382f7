import { opendir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { classifyFile, inReadingOrder } from '../../domain/acquisition/classify.js';
import type { LibraryFile, ScannedItem } from '../../store/acquisition/library-items.js';

/** What a file's tags say; given by ffprobe. */
export interface FileFacts {
  durationSeconds: number;
  tags: Record<string, string>;
}

export interface FolderScan {
  /** Absolute folder of the library. */
  root: string;
  /** Below it, or '' for all of it. */
  path: string;
  probe: (hostPath: string) => Promise<FileFacts>;
  /** What an earlier scan knew of the item at a path: unchanged files are not probed again. */
  known: (itemPath: string) => Promise<ScannedItem | undefined>;
  signal: AbortSignal;
}

const sidecar = z.object({
  title: z.string().optional(),
  authors: z.array(z.string()).optional(),
  narrators: z.array(z.string()).optional(),
  publishedYear: z.string().nullish(),
  asin: z.string().nullish(),
  isbn: z.string().nullish(),
});

type Sidecar = z.output<typeof sidecar>;

/** Every folder that holds media files is one item; dotfiles are not looked at. A walk error ends the scan. */
export async function* scanFolder(scan: FolderScan): AsyncIterable<ScannedItem> {
  for await (const { folder, files } of walk(path.join(scan.root, scan.path))) {
    if (scan.signal.aborted) throw scan.signal.reason;
    const media = inReadingOrder(files.filter((file) => classifyFile(file) === 'media'));
    if (media.length > 0) yield await readItem(scan, { folder, media, files });
  }
}

async function* walk(folder: string): AsyncIterable<{ folder: string; files: string[] }> {
  const folders: string[] = [];
  const files: string[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isFile()) files.push(entry.name);
  }
  yield { folder, files };
  for (const name of inReadingOrder(folders)) yield* walk(path.join(folder, name));
}

async function readItem(
  scan: FolderScan,
  { folder, media, files }: { folder: string; media: string[]; files: string[] },
): Promise<ScannedItem> {
  const itemPath = path.relative(scan.root, folder).split(path.sep).join('/');
  const known = await scan.known(itemPath);
  const facts: { file: LibraryFile; tags: Record<string, string> | undefined }[] = [];
  for (const name of media) facts.push(await readFileFacts(scan, { folder, name, known }));
  const told = files.includes('metadata.json') ? await readSidecar(path.join(folder, 'metadata.json')) : {};
  const tags = facts.find((fact) => fact.tags !== undefined)?.tags;
  const libraryFiles = facts.map(({ file }) => file);
  const totalSeconds = libraryFiles.reduce((sum, file) => sum + (file.durationSeconds ?? 0), 0);
  return {
    ...describe({ told, tags, known, folder }),
    id: known?.id ?? '',
    path: itemPath,
    mediaType: 'audiobook',
    durationSeconds: totalSeconds,
    sizeBytes: libraryFiles.reduce((sum, file) => sum + file.sizeBytes, 0),
    files: libraryFiles,
  };
}

/** One stat for an unchanged file. */
async function readFileFacts(
  scan: FolderScan,
  { folder, name, known }: { folder: string; name: string; known: ScannedItem | undefined },
): Promise<{ file: LibraryFile; tags: Record<string, string> | undefined }> {
  const hostPath = path.join(folder, name);
  const { size, mtimeMs } = await stat(hostPath);
  const same = known?.files.find(
    (file) => file.path === name && file.sizeBytes === size && file.modifiedAtMs === Math.trunc(mtimeMs),
  );
  if (same !== undefined) return { file: same, tags: undefined };
  const { durationSeconds, tags } = await scan.probe(hostPath);
  return { file: { path: name, sizeBytes: size, modifiedAtMs: Math.trunc(mtimeMs), durationSeconds }, tags };
}

async function readSidecar(file: string): Promise<Sidecar> {
  try {
    return sidecar.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Somebody else's or broken: the tags tell instead.
    return {};
  }
}

/** The sidecar wins over tags, tags over what was known, and the folder's name is the last word. */
function describe(sources: {
  told: Sidecar;
  tags: Record<string, string> | undefined;
  known: ScannedItem | undefined;
  folder: string;
}): Pick<ScannedItem, 'title' | 'author' | 'narrator' | 'year' | 'asin' | 'isbn'> {
  const { told, tags = {}, known, folder } = sources;
  const year = Number((told.publishedYear ?? tags['date'] ?? '').slice(0, 4));
  return {
    title: told.title ?? tags['album'] ?? tags['title'] ?? known?.title ?? path.basename(folder),
    author: told.authors?.[0] ?? tags['album_artist'] ?? tags['artist'] ?? known?.author ?? null,
    narrator: told.narrators?.[0] ?? tags['composer'] ?? known?.narrator ?? null,
    year: Number.isInteger(year) && year > 0 ? year : (known?.year ?? null),
    asin: told.asin ?? tags['asin'] ?? known?.asin ?? null,
    isbn: told.isbn ?? tags['isbn'] ?? known?.isbn ?? null,
  };
}
