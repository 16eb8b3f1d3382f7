import path from 'node:path';

import { classifyFile, inReadingOrder } from '../../domain/acquisition/classify.js';
import {
  readEpisodeName,
  readMovieName,
  type ReadFileName,
} from '../../domain/acquisition/read-file-name.js';
import type { MediaType } from '../../domain/acquisition/release.js';
import type { ScannedItem } from '../../store/acquisition/library-items.js';
import type { FolderScan, ItemFiles } from './folder-scan.js';
import { readMediaFiles } from './media-file.js';

/** Films, episodes and ebooks: each file is an item, whatever lies beside it. A book in two formats is one. */
export function singleFilesIn(
  { mediaTypes }: Pick<FolderScan, 'mediaTypes'>,
  { relative, files }: { relative: string; files: readonly string[] },
): ItemFiles[] {
  const found = new Map<string, ItemFiles & { names: string[] }>();
  for (const name of inReadingOrder(files)) {
    const at = path.posix.join(relative, name);
    const mediaType = kindOf(mediaTypes, at);
    if (mediaType === undefined) continue;
    const key = mediaType === 'ebook' ? `${path.parse(name).name}\0` : name;
    const known = found.get(key);
    if (known !== undefined) known.names.push(name);
    else found.set(key, { path: at, folder: relative, names: [name], mediaType, hasSidecar: false });
  }
  return [...found.values()];
}

export async function readSingleFile(
  scan: FolderScan,
  files: ItemFiles,
  known: ScannedItem | undefined,
): Promise<ScannedItem | undefined> {
  const { path: at, mediaType } = files;
  const isBook = mediaType === 'ebook';
  const read = (await readMediaFiles(scan, files, { known, probed: !isBook })).map(({ file }) => file);
  if (read.length === 0) return undefined;
  return {
    ...describe(mediaType, at),
    id: known?.id ?? '',
    path: at,
    mediaType,
    durationSeconds: isBook ? null : (read[0]?.durationSeconds ?? null),
    sizeBytes: read.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    files: read,
  };
}

/** An `.mp4` in a library of audiobooks is one of those. Where films and shows share a library, numbers tell them apart. */
function kindOf(mediaTypes: readonly MediaType[], file: string): MediaType | undefined {
  const kinds = mediaTypes.filter((type) => type !== 'audiobook' && classifyFile(file, type) === 'media');
  const isSound = mediaTypes.includes('audiobook') && classifyFile(file, 'audiobook') === 'media';
  if (kinds.length === 0 || isSound) return undefined;
  if (!kinds.includes('movie') || !kinds.includes('episode')) return kinds[0];
  return readEpisodeName(file).episode === null ? 'movie' : 'episode';
}

function describe(
  mediaType: MediaType,
  file: string,
): Pick<ScannedItem, 'title' | 'author' | 'narrator' | 'year' | 'asin' | 'isbn' | 'season' | 'episode'> {
  const unknown = { narrator: null, asin: null, isbn: null };
  if (mediaType !== 'ebook') {
    const told: ReadFileName = mediaType === 'episode' ? readEpisodeName(file) : readMovieName(file);
    return { ...unknown, ...told, author: null };
  }
  const [author] = file.split('/').slice(0, -1);
  const { title, year } = readMovieName(path.posix.dirname(file) === '.' ? file : bookNameOf(file));
  return { ...unknown, title, year, author: author ?? null, season: null, episode: null };
}

/** "Author/Title (1999)/Title.epub": the folder tells the year as well, unless it is the author's own. */
function bookNameOf(file: string): string {
  const [, title, name] = file.split('/');
  return name === undefined ? file : `${title ?? ''}.epub`;
}
