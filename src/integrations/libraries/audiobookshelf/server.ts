import { Fault } from '../../../domain/faults.js';
import type { LibraryServerSettings } from '../../integrations.js';
import { createCaller, type Caller } from '../../call.js';
import type { LibrarySection, LibraryServer, ScanState, ServerItem } from '../port.js';
import { checkInSection, requireSection } from '../sections.js';
import { walkPages } from '../walk-pages.js';
import * as answers from './answers.js';
import { itemOf } from './items.js';

const PRODUCT = 'Audiobookshelf';
const PAGE_SIZE = 100;

/** Audiobookshelf; the secret is an API key of an administrator. */
export function createAudiobookshelfServer(
  { id, baseUrl, section, secret }: LibraryServerSettings,
  { pageSize = PAGE_SIZE, ...more }: { pageSize?: number; timeoutMs?: number } = {},
): LibraryServer {
  const caller = createCaller({
    ...more,
    product: PRODUCT,
    baseUrl,
    credentialsRemedy: 'Enter an API key of an administrator: only they may scan',
    headers: secret === undefined ? {} : { authorization: `Bearer ${secret}` },
  });
  const current = async (signal: AbortSignal): Promise<LibrarySection> =>
    requireSection(PRODUCT, await readLibraries(caller, signal), section);
  return {
    id,
    kind: 'audiobookshelf',
    scansFolders: false,
    beginsWithinMs: 0,
    probe: async (signal) => {
      const { serverVersion } = await caller.read('/status', answers.status, { signal });
      return { product: PRODUCT, version: serverVersion, sections: await readLibraries(caller, signal) };
    },
    // Its 200 comes before the scan, and while one runs another is silently dropped. One that begins between the look
    // and the ask sees the same files, so the drop does no harm then.
    scan: async (folder, signal) => {
      const found = await current(signal);
      if (folder !== undefined) checkInSection(PRODUCT, found, folder);
      if ((await readScanState(caller, found.id, signal)) === 'running') return 'busy';
      await caller.send(`/api/libraries/${found.id}/scan`, { method: 'POST', signal });
      return 'asked';
    },
    scanState: async (signal) => readScanState(caller, (await current(signal)).id, signal),
    items: async function* ({ addedSince, signal }) {
      const { id: libraryId } = await current(signal);
      yield* readItems({ caller, libraryId, pageSize, addedSince, signal });
    },
    watching: async (signal) =>
      (await caller.read('/api/users/online', answers.online, { signal })).openSessions.length,
  };
}

async function readLibraries(caller: Caller, signal: AbortSignal): Promise<LibrarySection[]> {
  const { libraries } = await caller.read('/api/libraries', answers.libraries, { signal });
  return libraries.map(({ id, name, mediaType, folders }) => ({
    id,
    name,
    mediaTypes: mediaType === 'book' ? ['audiobook', 'ebook'] : [],
    folders: folders.map(({ fullPath }) => fullPath),
  }));
}

/** A finished scan leaves the list of tasks. */
async function readScanState(caller: Caller, libraryId: string, signal: AbortSignal): Promise<ScanState> {
  const { tasks } = await caller.read('/api/tasks', answers.tasks, { signal });
  const runs = tasks.some(
    ({ action, data, isFinished }) =>
      action === 'library-scan' && !isFinished && data?.libraryId === libraryId,
  );
  return runs ? 'running' : 'idle';
}

interface Walk {
  caller: Caller;
  libraryId: string;
  pageSize: number;
  addedSince: Date | undefined;
  signal: AbortSignal;
}

/** The list has no files, so each page is asked for whole; with a date the newest come first, until it is passed. */
async function* readItems(walk: Walk): AsyncIterable<ServerItem> {
  const { caller, libraryId, pageSize, addedSince, signal } = walk;
  const order = addedSince === undefined ? {} : { desc: 1 };
  const pages = walkPages({
    product: PRODUCT,
    pageSize,
    idOf: ({ id }: answers.Listed) => id,
    read: async (start, limit) => {
      const query = { limit, page: start / limit, sort: 'addedAt', minified: 1, ...order };
      const page = await caller.read(`/api/libraries/${libraryId}/items`, answers.page, { query, signal });
      return { items: page.results, total: page.total, start: page.page * limit };
    },
  });
  for await (const page of pages) {
    const wanted = page.filter(({ addedAt }) => addedSince === undefined || addedAt >= addedSince.getTime());
    yield* readBooks(walk, wanted);
    if (wanted.length < page.length) return;
  }
}

async function* readBooks({ caller, signal }: Walk, listed: answers.Listed[]): AsyncIterable<ServerItem> {
  const ids = listed.filter(({ isMissing, isInvalid }) => !isMissing && !isInvalid).map(({ id }) => id);
  if (ids.length === 0) return;
  const body = { libraryItemIds: ids };
  const { libraryItems } = await caller.read('/api/items/batch/get', answers.books, {
    method: 'POST',
    body,
    signal,
  });
  if (libraryItems.length !== ids.length) {
    throw new Fault(
      'transient',
      `${PRODUCT} told ${libraryItems.length} of ${ids.length} items of a page: it changed meanwhile`,
    );
  }
  yield* libraryItems.map(itemOf);
}
