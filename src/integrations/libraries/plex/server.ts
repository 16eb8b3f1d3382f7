import type { MediaType } from '../../../domain/acquisition/release.js';
import type { LibraryServerSettings } from '../../integrations.js';
import { createCaller, type Caller } from '../../call.js';
import type { LibrarySection, LibraryServer, ServerItem } from '../port.js';
import { checkInSection, requireSection } from '../sections.js';
import { walkPages } from '../walk-pages.js';
import * as answers from './answers.js';
import { bookOf, videoOf } from './items.js';

const PRODUCT = 'Plex';
const PAGE_SIZE = 200;

/** Plex's numbers of what a list shall hold: without one a music section lists artists (acquisition.md §2.8). */
const TYPE = { movie: 1, episode: 4, album: 9, track: 10 } as const;

const MEDIA_TYPES: Record<string, MediaType[]> = {
  artist: ['audiobook'],
  movie: ['movie'],
  show: ['episode'],
};

interface PlexSection extends LibrarySection {
  type: string;
  refreshing: boolean;
}

/** Plex Media Server; the secret is its X-Plex-Token. */
export function createPlexServer(
  { id, baseUrl, section, secret }: LibraryServerSettings,
  { pageSize = PAGE_SIZE, ...more }: { pageSize?: number; timeoutMs?: number } = {},
): LibraryServer {
  const caller = createCaller({
    ...more,
    product: PRODUCT,
    baseUrl,
    credentialsRemedy: 'Enter the X-Plex-Token of an account that manages the server',
    headers: {
      ...(secret === undefined ? {} : { 'x-plex-token': secret }),
      'x-plex-client-identifier': `longplay-${id}`,
      'x-plex-product': 'Longplay',
      'x-plex-device-name': 'Longplay',
      'x-plex-platform': 'Node.js',
      'x-plex-version': '1',
    },
  });
  const current = async (signal: AbortSignal): Promise<PlexSection> =>
    requireSection(PRODUCT, await readSections(caller, signal), section);
  return {
    id,
    kind: 'plex',
    scansFolders: true,
    beginsWithinMs: 0,
    probe: async (signal) => {
      const { MediaContainer } = await caller.read('/identity', answers.identity, { signal });
      const sections = await readSections(caller, signal);
      return {
        product: PRODUCT,
        version: MediaContainer.version,
        sections: sections.map(({ id: key, name, mediaTypes, folders }) => ({
          ...{ id: key, name, mediaTypes, folders },
        })),
      };
    },
    scan: async (folder, signal) => {
      const found = await current(signal);
      if (folder !== undefined) checkInSection(PRODUCT, found, folder);
      const query = folder === undefined ? {} : { path: folder };
      await caller.send(`/library/sections/${found.id}/refresh`, { query, signal });
      return 'asked';
    },
    scanState: async (signal) => ((await current(signal)).refreshing ? 'running' : 'idle'),
    items: async function* ({ addedSince, signal }) {
      const walk = { caller, pageSize, signal, section: await current(signal), addedSince };
      if (walk.section.type === 'artist') yield* addedSince === undefined ? allBooks(walk) : newBooks(walk);
      else yield* videos(walk);
    },
    watching: async (signal) =>
      (await caller.read('/status/sessions', answers.sessions, { signal })).MediaContainer.size,
  };
}

async function readSections(caller: Caller, signal: AbortSignal): Promise<PlexSection[]> {
  const { MediaContainer } = await caller.read('/library/sections', answers.sections, { signal });
  return MediaContainer.Directory.map(({ key, title, type, refreshing, Location }) => ({
    id: key,
    name: title,
    type,
    refreshing,
    mediaTypes: MEDIA_TYPES[type] ?? [],
    folders: Location.map(({ path }) => path),
  }));
}

interface Walk {
  caller: Caller;
  section: PlexSection;
  pageSize: number;
  addedSince: Date | undefined;
  signal: AbortSignal;
}

async function* allBooks(walk: Walk): AsyncIterable<ServerItem> {
  const albums = await collect(list(walk, TYPE.album));
  const tracks = new Map<string, answers.Metadata[]>();
  for await (const track of list(walk, TYPE.track)) {
    const album = track.parentRatingKey ?? '';
    tracks.set(album, [...(tracks.get(album) ?? []), track]);
  }
  for (const album of albums) {
    const book = bookOf(album, tracks.get(album.ratingKey) ?? []);
    if (book !== undefined) yield book;
  }
}

/** Few: so their tracks are asked for one by one. */
async function* newBooks(walk: Walk): AsyncIterable<ServerItem> {
  for await (const album of list(walk, TYPE.album)) {
    const book = bookOf(album, await collect(pages(walk, `/library/metadata/${album.ratingKey}/children`)));
    if (book !== undefined) yield book;
  }
}

async function* videos(walk: Walk): AsyncIterable<ServerItem> {
  const mediaType = walk.section.type === 'movie' ? 'movie' : 'episode';
  for await (const found of list(walk, TYPE[mediaType])) {
    const video = videoOf(found, mediaType);
    if (video !== undefined) yield video;
  }
}

/** The oldest first: what is added meanwhile moves nothing that was not read yet. */
function list(walk: Walk, type: number): AsyncIterable<answers.Metadata> {
  const { section, addedSince } = walk;
  const since = addedSince === undefined ? {} : { 'addedAt>>': Math.floor(addedSince.getTime() / 1_000) };
  const query = { type, sort: 'addedAt:asc', includeGuids: 1, ...since };
  return pages(walk, `/library/sections/${section.id}/all`, query);
}

async function* pages(
  { caller, pageSize, signal }: Walk,
  path: string,
  query: Record<string, string | number> = {},
): AsyncIterable<answers.Metadata> {
  const walked = walkPages({
    product: PRODUCT,
    pageSize,
    idOf: ({ ratingKey }: answers.Metadata) => ratingKey,
    read: async (start, size) => {
      const container = { 'X-Plex-Container-Start': start, 'X-Plex-Container-Size': size };
      const { MediaContainer } = await caller.read(path, answers.page, {
        query: { ...query, ...container },
        signal,
      });
      const { Metadata, totalSize, offset } = MediaContainer;
      return { items: Metadata, total: totalSize, start: offset };
    },
  });
  for await (const page of walked) yield* page;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
