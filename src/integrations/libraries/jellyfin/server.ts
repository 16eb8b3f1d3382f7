import type { MediaType } from '../../../domain/acquisition/release.js';
import type { LibraryServerSettings } from '../../integrations.js';
import { createCaller, type Caller } from '../../call.js';
import type { LibrarySection, LibraryServer, ServerItem } from '../port.js';
import { checkInSection, requireSection } from '../sections.js';
import { walkPages } from '../walk-pages.js';
import * as answers from './answers.js';
import { booksOf, videoOf } from './items.js';

const PRODUCT = 'Jellyfin';
const PAGE_SIZE = 200;
/** Jellyfin waits so long for a folder to come to rest, by default, and each report of it begins the wait anew. */
const BEGINS_WITHIN_MS = 60_000;
/** A player tells its progress each 10 s or so. */
const ACTIVE_WITHIN_SECONDS = 120;

const MEDIA_TYPES: Record<string, MediaType[]> = {
  books: ['audiobook', 'ebook'],
  movies: ['movie'],
  tvshows: ['episode'],
};

const ITEM_TYPES: Partial<Record<MediaType, string>> = {
  audiobook: 'AudioBook',
  ebook: 'Book',
  movie: 'Movie',
  episode: 'Episode',
};

/** Jellyfin; the secret is an API key. */
export function createJellyfinServer(
  { id, baseUrl, section, secret }: LibraryServerSettings,
  { pageSize = PAGE_SIZE, ...more }: { pageSize?: number; timeoutMs?: number } = {},
): LibraryServer {
  const caller = createCaller({
    ...more,
    product: PRODUCT,
    baseUrl,
    credentialsRemedy: 'Enter an API key of the dashboard',
    headers: secret === undefined ? {} : { authorization: `MediaBrowser Token="${secret}"` },
  });
  const current = async (signal: AbortSignal): Promise<LibrarySection> =>
    requireSection(PRODUCT, await readSections(caller, signal), section);
  return {
    id,
    kind: 'jellyfin',
    scansFolders: true,
    beginsWithinMs: BEGINS_WITHIN_MS,
    probe: async (signal) => {
      const { Version } = await caller.read('/System/Info/Public', answers.info, { signal });
      return { product: PRODUCT, version: Version, sections: await readSections(caller, signal) };
    },
    scan: async (folder, signal) => {
      const found = await current(signal);
      if (folder === undefined) await caller.send('/Library/Refresh', { method: 'POST', signal });
      else {
        checkInSection(PRODUCT, found, folder);
        const body = { Updates: [{ Path: folder, UpdateType: 'Created' }] };
        await caller.send('/Library/Media/Updated', { method: 'POST', body, signal });
      }
      return 'asked';
    },
    scanState: async (signal) => {
      const tasks = await caller.read('/ScheduledTasks', answers.scheduledTasks, { signal });
      const runs = tasks.some(({ Key, State }) => Key === 'RefreshLibrary' && State !== 'Idle');
      return runs ? 'running' : 'idle';
    },
    items: async function* ({ addedSince, signal }) {
      yield* readItems({ caller, section: await current(signal), pageSize, addedSince, signal });
    },
    watching: async (signal) => {
      const query = { activeWithinSeconds: ACTIVE_WITHIN_SECONDS };
      const sessions = await caller.read('/Sessions', answers.sessions, { query, signal });
      return sessions.filter(({ NowPlayingItem }) => Boolean(NowPlayingItem)).length;
    },
  };
}

async function readSections(caller: Caller, signal: AbortSignal): Promise<LibrarySection[]> {
  const folders = await caller.read('/Library/VirtualFolders', answers.virtualFolders, { signal });
  return folders.map(({ ItemId, Name, CollectionType, Locations }) => ({
    id: ItemId,
    name: Name,
    mediaTypes: MEDIA_TYPES[CollectionType ?? ''] ?? [],
    folders: Locations,
  }));
}

interface Walk {
  caller: Caller;
  section: LibrarySection;
  pageSize: number;
  addedSince: Date | undefined;
  signal: AbortSignal;
}

async function* readItems(walk: Walk): AsyncIterable<ServerItem> {
  const isBooks = walk.section.mediaTypes.includes('audiobook');
  const books: answers.Item[] = [];
  for await (const item of list(walk)) {
    if (isBooks) books.push(item);
    else {
      const video = videoOf(item);
      if (video !== undefined) yield video;
    }
  }
  yield* booksOf(books);
}

/** Jellyfin has no filter by date of arrival: with one the newest come first, until it is passed. */
async function* list({ caller, section, pageSize, addedSince, signal }: Walk): AsyncIterable<answers.Item> {
  const query = {
    parentId: section.id,
    recursive: 'true',
    includeItemTypes: section.mediaTypes.map((type) => ITEM_TYPES[type]).join(','),
    fields: 'Path,ProviderIds,DateCreated,MediaSources',
    sortBy: 'DateCreated,SortName',
    sortOrder: addedSince === undefined ? 'Ascending' : 'Descending',
  };
  const pages = walkPages({
    product: PRODUCT,
    pageSize,
    idOf: ({ Id }: answers.Item) => Id,
    read: async (startIndex, limit) => {
      const page = await caller.read('/Items', answers.page, {
        query: { ...query, startIndex, limit },
        signal,
      });
      return { items: page.Items, total: page.TotalRecordCount, start: page.StartIndex };
    },
  });
  for await (const page of pages) {
    const wanted = page.filter(({ DateCreated }) => isSince(DateCreated, addedSince));
    yield* wanted;
    if (wanted.length < page.length) return;
  }
}

/** What has no date is new: rather one item too many. */
function isSince(created: string | null | undefined, since: Date | undefined): boolean {
  return since === undefined || !created || Date.parse(created) >= since.getTime();
}
