import { randomUUID } from 'node:crypto';
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

interface Album {
  ratingKey: string;
  title: string;
  author: string;
  addedAt: number;
  folder: string;
  guid: string;
  files: DiskFile[];
}

export interface PlexContractServer extends MediaServer {
  token: string;
  /** Its one music section. */
  section: string;
  scans: Scans;
  /** How many look at something. */
  watch: (people: number) => void;
  /** Unix seconds, for items that come from now on. */
  setClock: (now: () => number) => void;
  setGuid: (title: string, guid: string) => void;
}

/**
 * Stands in for Plex Media Server, by its published contract: JSON only where it is asked for, else XML; a wrong
 * section's refresh is 200 and does nothing; without `type=9` a music section lists artists.
 */
export async function startPlexContractServer(options: {
  folder: string;
  /** As Plex sees the folder; default: the same. */
  seenAs?: string;
}): Promise<PlexContractServer> {
  const token = randomUUID();
  const section = '7';
  const scans = new Scans();
  const albums = new Map<string, Album>();
  const guids = new Map<string, string>();
  let [people, next] = [0, 100];
  let clock = (): number => Math.floor(Date.now() / 1_000);
  const { folder, seenAs = folder } = options;
  const seen = (file: string): string => seenAs + file.slice(folder.length);

  const scan = async (below: string): Promise<void> => {
    const found = byFolder((await readFiles(folder, below)).filter(isSound));
    for (const known of [...albums.keys()]) {
      const inScope = below === '' || known === below || known.startsWith(`${below}/`);
      if (inScope && !found.has(known)) albums.delete(known);
    }
    for (const [relative, files] of found) {
      const known = albums.get(relative);
      const title = path.posix.basename(relative).replace(/ \[.*\]$/, '');
      albums.set(relative, {
        ratingKey: known?.ratingKey ?? String((next += 10)),
        title,
        author: path.posix.basename(path.posix.dirname(relative)),
        addedAt: known?.addedAt ?? clock(),
        folder: relative,
        guid: guids.get(title) ?? `local://${relative}`,
        files,
      });
    }
  };

  type Bend = Parameters<Parameters<typeof startMediaServer>[0]>[1];

  const server = await startMediaServer((call, bend) => Promise.resolve(guarded(call, bend)));

  function guarded(call: Call, bend: Bend): Reply {
    if (call.path !== '/identity' && call.headers['x-plex-token'] !== token) return { status: 401, text: '' };
    if (!(call.headers.accept ?? '').includes('json')) {
      return { text: '<?xml version="1.0"?><MediaContainer size="0"/>', contentType: 'text/xml' };
    }
    return answer(call, bend);
  }

  function answer(call: Call, bend: Bend): Reply {
    const parts = call.path.split('/');
    if (call.path === '/identity') {
      return container({ machineIdentifier: 'contract', version: '1.41.0.0-contract' });
    }
    if (call.path === '/status/sessions') return container({ size: people });
    if (call.path === '/library/sections') return container({ Directory: [ownSection()] });
    if (parts[2] === 'sections' && parts[4] === 'refresh') return refresh(call, parts[3] ?? '');
    if (parts[2] === 'sections' && parts[4] === 'all') {
      return parts[3] === section ? pageOf(call, bend, listed(call)) : { status: 404, text: '' };
    }
    if (parts[2] === 'metadata' && parts[4] === 'children') {
      const album = [...albums.values()].find(({ ratingKey }) => ratingKey === parts[3]);
      return album === undefined ? { status: 404, text: '' } : pageOf(call, bend, tracksOf(album));
    }
    return { status: 404, text: '' };
  }

  function ownSection(): object {
    return {
      ...{ key: section, type: 'artist', title: 'Audiobooks', refreshing: scans.running },
      Location: [{ id: 1, path: seenAs }],
    };
  }

  /** GET only, as Plex has it. */
  function refresh({ method, query }: Call, key: string): Reply {
    if (method !== 'GET') return { status: 404, text: '' };
    const wanted = query.get('path') ?? seenAs;
    const isOurs = key === section && (wanted === seenAs || wanted.startsWith(`${seenAs}/`));
    if (isOurs) scans.begin(() => scan(wanted.slice(seenAs.length + 1)));
    return { text: '' };
  }

  function listed({ query }: Call): object[] {
    const since = Number(query.get('addedAt>>') ?? -1);
    const inOrder = [...albums.values()]
      .filter(({ addedAt }) => addedAt > since)
      .sort((one, other) => one.addedAt - other.addedAt || Number(one.ratingKey) - Number(other.ratingKey));
    if (query.get('sort') === 'addedAt:desc') inOrder.reverse();
    const type = query.get('type');
    if (type === '9') return inOrder.map(albumOf);
    if (type === '10') return inOrder.flatMap(tracksOf);
    return [...new Set(inOrder.map(({ author }) => author))].map((title, index) => ({
      ...{ ratingKey: String(index + 1), type: 'artist', title },
    }));
  }

  function albumOf({ ratingKey, guid, title, author, addedAt }: Album): object {
    return { ratingKey, guid, type: 'album', title, parentTitle: author, addedAt };
  }

  function tracksOf({ ratingKey, title, author, addedAt, files }: Album): object[] {
    return files.map(({ path: file, name, size }, index) => ({
      ratingKey: String(Number(ratingKey) + index + 1_000_000),
      ...{ type: 'track', title: name, parentRatingKey: ratingKey, parentTitle: title },
      ...{ grandparentTitle: author, index: index + 1, addedAt, duration: 1_800_000 },
      Media: [{ Part: [{ file: seen(file), size }] }],
    }));
  }

  return {
    ...server,
    ...{ token, section, scans },
    watch: (count: number) => {
      people = count;
    },
    setClock: (now: () => number) => {
      clock = now;
    },
    setGuid: (title: string, guid: string) => {
      guids.set(title, guid);
    },
  };
}

function container(content: object): Reply {
  return { body: { MediaContainer: { size: 1, ...content } } };
}

function pageOf(
  { query }: Call,
  bend: <Item>(list: { items: Item[]; total: number }) => { items: Item[]; total: number },
  all: object[],
): Reply {
  const start = Number(query.get('X-Plex-Container-Start') ?? 0);
  const size = Number(query.get('X-Plex-Container-Size') ?? all.length);
  const { items, total } = bend({ items: all.slice(start, start + size), total: all.length });
  return container({ size: items.length, totalSize: total, offset: start, Metadata: items });
}
