import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { statSync } from 'node:fs';

import {
  byFolder,
  isSound,
  readFiles,
  Scans,
  startMediaServer,
  type Call,
  type DiskFile,
  type MediaServer,
  type Reply,
} from './media-server.js';

interface Book {
  id: string;
  inode: number;
  path: string;
  addedAt: number;
  isMissing: boolean;
  isFile: boolean;
  files: DiskFile[];
}

export interface AudiobookshelfContractServer extends MediaServer {
  token: string;
  section: string;
  scans: Scans;
  /** Scans that really ran. */
  ran: () => number;
  watch: (people: number) => void;
  /** Unix milliseconds, for items that come from now on. */
  setClock: (now: () => number) => void;
}

/**
 * Stands in for Audiobookshelf, by its published contract: 200 comes before the scan, a scan while one runs is
 * dropped, dotfiles are not looked at, folders are read by its rules, a renamed folder is found by its inode, and
 * what is gone stays in the list as missing.
 */
export async function startAudiobookshelfContractServer(options: {
  folder: string;
  seenAs?: string;
}): Promise<AudiobookshelfContractServer> {
  const { folder, seenAs = folder } = options;
  const token = randomUUID();
  const section = randomUUID();
  const scans = new Scans();
  let books: Book[] = [];
  let [people, ran] = [0, 0];
  let clock = Date.now;
  const seen = (file: string): string => seenAs + file.slice(folder.length);

  const scan = async (): Promise<void> => {
    ran += 1;
    const found = groupItems(await readFiles(folder));
    const left = new Set(found.keys());
    for (const book of books) {
      const at = found.has(book.path)
        ? book.path
        : [...left].find((other) => inodeOf(folder, other) === book.inode);
      book.isMissing = at === undefined;
      if (at === undefined) continue;
      left.delete(at);
      Object.assign(book, { path: at, files: found.get(at) ?? [] });
    }
    const added = [...left].map((at) => ({
      id: randomUUID(),
      inode: inodeOf(folder, at),
      path: at,
      addedAt: clock(),
      isMissing: false,
      isFile: found.get(at)?.[0]?.relative === at,
      files: found.get(at) ?? [],
    }));
    books = [...books, ...added];
  };

  type Bend = Parameters<Parameters<typeof startMediaServer>[0]>[1];

  const server = await startMediaServer((call, bend) => Promise.resolve(answer(call, bend)));

  function answer(call: Call, bend: Bend): Reply {
    if (call.path === '/status') return { body: { app: 'audiobookshelf', serverVersion: '2.36.0' } };
    if (call.headers.authorization !== `Bearer ${token}`) return { status: 401, text: 'Unauthorized' };
    if (call.path === '/api/libraries') return { body: { libraries: [library()] } };
    if (call.path === '/api/tasks') return { body: { tasks: tasks() } };
    if (call.path === '/api/users/online') {
      return { body: { usersOnline: [], openSessions: Array.from({ length: people }, () => ({})) } };
    }
    if (call.path === '/api/items/batch/get') return { body: { libraryItems: chosen(call.body) } };
    if (call.path === `/api/libraries/${section}/scan`) return askScan(call);
    if (call.path === `/api/libraries/${section}/items`) return pageOf(call, bend);
    return { status: 404, text: 'Not Found' };
  }

  function library(): object {
    return { id: section, name: 'Books', mediaType: 'book', folders: [{ id: 'f', fullPath: seenAs }] };
  }

  function tasks(): object[] {
    if (!scans.running) return [];
    return [{ id: randomUUID(), action: 'library-scan', isFinished: false, data: { libraryId: section } }];
  }

  function askScan({ method }: Call): Reply {
    if (method !== 'POST') return { status: 404, text: 'Not Found' };
    if (!scans.running) scans.begin(scan);
    return { text: 'OK' };
  }

  function pageOf({ query }: Call, bend: Bend): Reply {
    const [limit, page] = [Number(query.get('limit') ?? 0), Number(query.get('page') ?? 0)];
    const inOrder = [...books].sort((one, other) => one.addedAt - other.addedAt);
    if (query.get('desc') === '1') inOrder.reverse();
    const chunk = limit === 0 ? inOrder : inOrder.slice(page * limit, (page + 1) * limit);
    const { items, total } = bend({ items: chunk, total: inOrder.length });
    const results = items.map(({ id, addedAt, isMissing }) => ({ id, addedAt, isMissing, isInvalid: false }));
    return { body: { results, total, limit, page, minified: true } };
  }

  function chosen(body: unknown): object[] {
    const { libraryItemIds } = body as { libraryItemIds: string[] };
    return books.filter(({ id }) => libraryItemIds.includes(id)).map(expanded);
  }

  function expanded({ id, path: at, addedAt, isMissing, isFile, files }: Book): object {
    return {
      ...{ id, libraryId: section, path: seen(path.join(folder, at)), relPath: at, isFile },
      ...{ addedAt, isMissing, mediaType: 'book' },
      media: { metadata: metadataOf(at, isFile), duration: files.filter(isSound).length * 1_800 },
      libraryFiles: files.map((file) => ({
        fileType: isSound(file) ? 'audio' : isBook(file) ? 'ebook' : 'metadata',
        metadata: { filename: file.name, path: seen(file.path), relPath: file.relative, size: file.size },
      })),
    };
  }

  return {
    ...server,
    ...{ token, section, scans, ran: () => ran },
    watch: (count: number) => {
      people = count;
    },
    setClock: (now: () => number) => {
      clock = now;
    },
  };
}

function isBook({ name }: DiskFile): boolean {
  return /\.(epub|pdf|mobi|azw3)$/i.test(name);
}

/** A folder with media is an item, a file in the root too; the folders of discs belong to the book above them. */
function groupItems(files: readonly DiskFile[]): Map<string, DiskFile[]> {
  const items = new Map<string, DiskFile[]>();
  for (const [folder, inFolder] of byFolder(files)) {
    if (!inFolder.some((file) => isSound(file) || isBook(file))) continue;
    if (folder === '.') {
      for (const file of inFolder) if (isSound(file) || isBook(file)) items.set(file.relative, [file]);
      continue;
    }
    const isDisc = /^cd\d{1,3}$/i.test(path.posix.basename(folder));
    const item = isDisc ? path.posix.dirname(folder) : folder;
    items.set(item, [...(items.get(item) ?? []), ...inFolder]);
  }
  return items;
}

function inodeOf(folder: string, relative: string): number {
  return statSync(path.join(folder, relative)).ino;
}

/** `Author/Series/Vol 2 - (2020) - Title [B0XXXXXXXX] {Narrator}`: an ASIN counts in square brackets only. */
function metadataOf(relative: string, isFile: boolean): object {
  const names = relative.split('/');
  const folder = isFile ? path.parse(relative).name : (names.at(-1) ?? '');
  const asin = /\[(B0[A-Z0-9]{8})\]/i.exec(folder)?.[1]?.toUpperCase() ?? null;
  const narratorName = /\{([^}]*)\}/.exec(folder)?.[1] ?? '';
  const plain = folder.replace(/ ?\[[^\]]*\]/, '').replace(/ ?\{[^}]*\}/, '');
  const year = /^(?:Vol \d+ - )?\(?(\d{4})\)? - /.exec(plain)?.[1] ?? null;
  const title = plain.replace(/^Vol \d+ - /, '').replace(/^\(?\d{4}\)? - /, '');
  const authorName = isFile || names.length < 2 ? '' : (names.at(names.length > 2 ? -3 : -2) ?? '');
  return { title, authorName, narratorName, publishedYear: year, asin, isbn: null };
}
