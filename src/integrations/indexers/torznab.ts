import type { IndexerOutcome, Release } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { createKeyGuard } from './api-key.js';
import { fetchReleaseFile } from './fetch-release.js';
import { getFollowing, type FollowOptions } from './follow.js';
import { NoAnswer } from './http.js';
import type { Indexer, IndexerCaps, IndexerQuery } from './port.js';
import { asFault, formatError, readReply, readSilence, type Reply } from './reply.js';
import { readCaps, readFeed } from './torznab-feed.js';
import { parseBaseUrl, queryParameters } from './torznab-query.js';

export interface TorznabOptions {
  id: string;
  name: string;
  /** The feed's address, such as `http://host:9696/1/api`; a bare host gets `/api`. */
  baseUrl: string;
  apiKey?: string;
  /** Asked where a query names none; empty: every category. */
  categories?: readonly number[];
  /** Hosts beside the indexer's own that links may lead to; without it see allowed-hosts.ts. */
  allowedHosts?: readonly string[];
  fetch?: typeof fetch;
  now?: () => Date;
  /** One whole answer, milliseconds; default 60 s: less is too short behind challenge solvers (§3.1). */
  timeoutMs?: number;
}

const FEED_LIMIT_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
/** Automatic searches read three pages (acquisition.md §3.1). */
const MAX_PAGES = 3;
const MAX_PAGE_SIZE = 100;

/**
 * A Torznab or Newznab feed: Prowlarr, Jackett, NZBHydra or an indexer itself.
 * @throws Fault bad_input for an address that is none, or that carries a key or password.
 */
export function createTorznabIndexer(options: TorznabOptions): Indexer {
  const connection = createConnection(options);
  let known: IndexerCaps | undefined;
  return {
    id: options.id,
    caps: async (signal) => (known ??= await loadCaps(connection, signal)),
    search: (query, signal) => searchPages(connection, { query, signal, ...(known && { caps: known }) }),
    fetchRelease: (link, signal) => fetchReleaseFile(connection, link, signal),
  };
}

interface Connection extends FollowOptions {
  id: string;
  apiKey: string | undefined;
  categories: readonly number[];
  timeoutMs: number;
  now: () => Date;
}

function createConnection(options: TorznabOptions): Connection {
  const { id, apiKey, categories, allowedHosts } = options;
  return {
    id,
    apiKey,
    categories: categories ?? [],
    home: parseBaseUrl(options.baseUrl),
    guard: createKeyGuard(apiKey),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    fetch: options.fetch ?? fetch,
    now: options.now ?? (() => new Date()),
    ...(allowedHosts === undefined ? {} : { allowedHosts }),
  };
}

async function loadCaps(connection: Connection, signal: AbortSignal): Promise<IndexerCaps> {
  const reply = await ask(connection, { t: 'caps' }, signal);
  if ('failure' in reply) throw asFault(reply.failure);
  const caps = readCaps(reply.document);
  if (caps !== undefined) return caps;
  throw new Fault('bad_input', `Expected a Torznab caps document, got <${reply.document.name}>`, {
    remedy: 'Check the address: it usually ends in /api',
  });
}

interface SearchCall {
  query: IndexerQuery;
  signal: AbortSignal;
  caps?: IndexerCaps;
}

async function searchPages(connection: Connection, call: SearchCall): Promise<IndexerOutcome> {
  const limit = Math.min(call.caps?.pageSize ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE);
  const found = new Map<string, Release>();
  let offset = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await searchPage(connection, call, { limit, offset });
    if ('failure' in answer)
      return found.size === 0 ? answer.failure : { ...answer.failure, releases: [...found.values()] };
    const before = found.size;
    for (const release of answer.releases) found.set(release.guid, release);
    offset += answer.items;
    const ended = answer.total === undefined ? answer.items < limit : offset >= answer.total;
    // An indexer that ignores the offset tells the same page again and again.
    if (ended || found.size === before) break;
  }
  return { outcome: 'ok', releases: [...found.values()] };
}

type Page =
  | { releases: Release[]; items: number; total: number | undefined }
  | { failure: Exclude<IndexerOutcome, { outcome: 'ok' }> };

async function searchPage(
  connection: Connection,
  { query, signal, caps }: SearchCall,
  { limit, offset }: { limit: number; offset: number },
): Promise<Page> {
  const categories = query.categories.length > 0 ? query.categories : connection.categories;
  const parameters = queryParameters({ ...query, categories: [...categories] }, caps);
  const reply = await ask(
    connection,
    { ...parameters, limit: String(limit), offset: String(offset) },
    signal,
  );
  if ('failure' in reply) return reply;
  const feed = readFeed(reply.document, { indexerId: connection.id, hide: connection.guard.hide });
  if (feed === undefined)
    return { failure: formatError(`expected an RSS channel, got <${reply.document.name}>`) };
  if (feed.items > 0 && feed.releases.length === 0) {
    return { failure: formatError(`none of ${feed.items} items has a title and a link`) };
  }
  return feed;
}

/** One API call. Details go through the guard, since an indexer may repeat the key in its complaint. */
async function ask(
  connection: Connection,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Reply> {
  const reply = await askIndexer(connection, parameters, signal);
  if (!('failure' in reply)) return reply;
  return { failure: { ...reply.failure, detail: connection.guard.hide(reply.failure.detail) } };
}

async function askIndexer(
  connection: Connection,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Reply> {
  const url = new URL(connection.home);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (connection.apiKey !== undefined) url.searchParams.set('apikey', connection.apiKey);
  try {
    const limits = { maxBytes: FEED_LIMIT_BYTES, timeoutMs: connection.timeoutMs, signal };
    const arrival = await getFollowing(connection, url.href, limits);
    if (arrival.kind === 'answer')
      return readReply(arrival.answer, { now: connection.now(), limit: FEED_LIMIT_BYTES });
    const detail = arrival.kind === 'magnet' ? 'a magnet link came instead of a feed' : arrival.detail;
    return { failure: { outcome: 'error', class: 'config', detail } };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { failure: readSilence(error) };
  }
}
