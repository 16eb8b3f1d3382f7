import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';

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

interface Item {
  id: string;
  name: string;
  file: DiskFile;
  addedAt: number;
}

export interface JellyfinContractServer extends MediaServer {
  token: string;
  section: string;
  scans: Scans;
  watch: (people: number) => void;
  /** Unix milliseconds, for items that come from now on. */
  setClock: (now: () => number) => void;
}

/**
 * Stands in for Jellyfin, by its published contract: reports of changed folders are answered 204 and worked on later,
 * each further report beginning the wait anew; a scan of all is a scheduled task; each file of a book of several is an
 * item of its own.
 */
export async function startJellyfinContractServer(options: {
  folder: string;
  seenAs?: string;
  /** Jellyfin's own default is a minute. */
  delayMs?: number;
}): Promise<JellyfinContractServer> {
  const { folder, seenAs = folder, delayMs = 30 } = options;
  const token = randomUUID();
  const section = createHash('md5').update('books').digest('hex');
  const scans = new Scans();
  const items = new Map<string, Item>();
  const reported = new Map<string, NodeJS.Timeout>();
  let people = 0;
  let clock = Date.now;
  const seen = (file: string): string => seenAs + file.slice(folder.length);

  const scan = async (below: string): Promise<void> => {
    const found = (await readFiles(folder, below)).filter(isSound);
    for (const known of [...items.keys()]) {
      const inScope = below === '' || known.startsWith(`${below}/`);
      if (inScope && !found.some(({ relative }) => relative === known)) items.delete(known);
    }
    for (const [at, files] of byFolder(found)) {
      for (const file of files) {
        items.set(file.relative, {
          id: createHash('md5').update(file.relative).digest('hex'),
          name: files.length === 1 ? path.posix.basename(at) : path.parse(file.name).name,
          file,
          addedAt: items.get(file.relative)?.addedAt ?? clock(),
        });
      }
    }
  };

  type Bend = Parameters<Parameters<typeof startMediaServer>[0]>[1];

  const server = await startMediaServer((call, bend) => Promise.resolve(answer(call, bend)));

  function answer(call: Call, bend: Bend): Reply {
    if (call.path === '/System/Info/Public') return { body: { Version: '10.11.0', ServerName: 'contract' } };
    const isKnown =
      call.headers.authorization === `MediaBrowser Token="${token}"` ||
      call.headers['x-emby-token'] === token;
    if (!isKnown) return { status: 401, text: '' };
    switch (`${call.method} ${call.path}`) {
      case 'GET /Library/VirtualFolders':
        return { body: [{ ItemId: section, Name: 'Books', CollectionType: 'books', Locations: [seenAs] }] };
      case 'GET /ScheduledTasks':
        return { body: [{ Key: 'RefreshLibrary', State: scans.running ? 'Running' : 'Idle' }] };
      case 'GET /Sessions':
        return { body: [{}, ...Array.from({ length: people }, () => ({ NowPlayingItem: { Name: 'x' } }))] };
      case 'POST /Library/Refresh':
        scans.begin(() => scan(''));
        return { status: 204 };
      case 'POST /Library/Media/Updated':
        report(call.body);
        return { status: 204 };
      case 'GET /Items':
        return pageOf(call, bend);
      default:
        return { status: 404, text: '' };
    }
  }

  function report(body: unknown): void {
    const { Updates } = body as { Updates: { Path: string; UpdateType: string }[] };
    for (const { Path } of Updates) {
      clearTimeout(reported.get(Path));
      if (Path !== seenAs && !Path.startsWith(`${seenAs}/`)) continue;
      const timer = setTimeout(() => {
        reported.delete(Path);
        void scan(Path.slice(seenAs.length + 1));
      }, delayMs);
      reported.set(Path, timer.unref());
    }
  }

  function pageOf({ query }: Call, bend: Bend): Reply {
    if (query.get('parentId') !== section) return { body: { Items: [], TotalRecordCount: 0, StartIndex: 0 } };
    const types = (query.get('includeItemTypes') ?? '').split(',');
    const inOrder = [...items.values()].sort(
      (one, other) => one.addedAt - other.addedAt || (one.id < other.id ? -1 : 1),
    );
    if (query.get('sortOrder') === 'Descending') inOrder.reverse();
    const all = types.includes('AudioBook') ? inOrder.map(audioBook) : [];
    const start = Number(query.get('startIndex') ?? 0);
    const end = start + Number(query.get('limit') ?? all.length);
    const page = bend({ items: all.slice(start, end), total: all.length });
    return { body: { Items: page.items, TotalRecordCount: page.total, StartIndex: start } };
  }

  function audioBook({ id, name, file, addedAt }: Item): object {
    return {
      ...{ Id: id, Name: name, Type: 'AudioBook', Path: seen(file.path) },
      ...{ RunTimeTicks: 18_000_000_000, DateCreated: new Date(addedAt).toISOString(), ProviderIds: {} },
      AlbumArtist: file.relative.split('/').at(-3) ?? '',
      MediaSources: [{ Path: seen(file.path), Size: file.size }],
    };
  }

  return {
    ...server,
    ...{ token, section, scans },
    close: async () => {
      for (const timer of reported.values()) clearTimeout(timer);
      await server.close();
    },
    watch: (count: number) => {
      people = count;
    },
    setClock: (now: () => number) => {
      clock = now;
    },
  };
}
