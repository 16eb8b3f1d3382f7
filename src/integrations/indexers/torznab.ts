import type { IndexerOutcome } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { createKeyGuard } from './api-key.js';
import { API_LIMIT_BYTES, ask, hideKey, type Connection as AskConnection } from './ask.js';
import { fetchReleaseFile } from './fetch-release.js';
import { readPages, type Page } from './paging.js';
import type { Indexer, IndexerCaps, IndexerQuery } from './port.js';
import { asFault, formatError, readReply, type Failure, type Reply } from './reply.js';
import { readCaps, readFeed } from './torznab-feed.js';
import { parseBaseUrl, queryParameters } from './torznab-query.js';

export interface TorznabOptions {
  id: string;
  /** Both speak alike; a Newznab feed's items are NZBs. */
  kind: 'torznab' | 'newznab';
  name: string;
  /** The feed's address, such as `http://host:9696/1/api`; a bare host gets `/api`. */
  baseUrl: string;
  apiKey?: string;
  /** Asked where a query names none; empty: every category. */
  categories?: readonly number[];
  /** Hosts beside the indexer's own that links may lead to; without it see allowed-hosts.ts. */
  allowedHosts?: readonly string[];
  fetch?: typeof fetch;
  /** See follow.ts. */
  pace?: (signal: AbortSignal) => Promise<void>;
  now?: () => Date;
  /** One whole answer, milliseconds; default 60 s: less is too short behind challenge solvers (§3.1), an NZB 30 s. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const MAX_PAGE_SIZE = 100;
/** What an indexer can do changes seldom, and asking costs it a call. */
const CAPS_LAST_MS = 24 * 3_600_000;

/**
 * A Torznab or Newznab feed: Prowlarr, Jackett, NZBHydra or an indexer itself.
 * @throws Fault bad_input for an address that is none, or that carries a key or password.
 */
export function createTorznabIndexer(options: TorznabOptions): Indexer {
  const connection = createConnection(options);
  let known: { caps: IndexerCaps; until: number } | undefined;
  const loadKnown = async (signal: AbortSignal): Promise<IndexerCaps> => {
    if (known !== undefined && connection.now().getTime() < known.until) return known.caps;
    const caps = await loadCaps(connection, signal);
    known = { caps, until: connection.now().getTime() + CAPS_LAST_MS };
    return caps;
  };
  return {
    id: options.id,
    caps: loadKnown,
    search: (query, signal) => searchPages(connection, { query, signal, ...(known && { caps: known.caps }) }),
    fetchRelease: (link, signal) =>
      fetchReleaseFile(
        { ...connection, expects: connection.protocol, timeoutMs: options.timeoutMs },
        link,
        signal,
      ),
  };
}

interface Connection extends AskConnection {
  protocol: 'torrent' | 'usenet';
  apiKey: string | undefined;
  categories: readonly number[];
}

function createConnection(options: TorznabOptions): Connection {
  const { id, kind, apiKey, categories, allowedHosts, pace } = options;
  return {
    id,
    protocol: kind === 'newznab' ? 'usenet' : 'torrent',
    apiKey,
    categories: categories ?? [],
    home: parseBaseUrl(options.baseUrl),
    guard: createKeyGuard(apiKey),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    fetch: options.fetch ?? fetch,
    now: options.now ?? (() => new Date()),
    ...(allowedHosts === undefined ? {} : { allowedHosts }),
    ...(pace === undefined ? {} : { pace }),
  };
}

async function loadCaps(connection: Connection, signal: AbortSignal): Promise<IndexerCaps> {
  const reply = await askIndexer(connection, { t: 'caps' }, signal);
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

function searchPages(connection: Connection, call: SearchCall): Promise<IndexerOutcome> {
  const limit = Math.min(call.caps?.pageSize ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE);
  let offset = 0;
  return readPages(call.query, async () => {
    const page = await searchPage(connection, call, { limit, offset });
    if ('items' in page) offset += page.items;
    return page;
  });
}

async function searchPage(
  connection: Connection,
  { query, signal, caps }: SearchCall,
  { limit, offset }: { limit: number; offset: number },
): Promise<(Page & { items: number }) | { failure: Failure }> {
  const categories = query.categories.length > 0 ? query.categories : connection.categories;
  const parameters = queryParameters({ ...query, categories: [...categories] }, caps);
  const page = { limit: String(limit), offset: String(offset) };
  const reply = await askIndexer(connection, { ...parameters, ...page }, signal);
  if ('failure' in reply) return reply;
  const { id: indexerId, guard, protocol } = connection;
  const feed = readFeed(reply.document, { indexerId, hide: guard.hide, protocol });
  if (feed === undefined)
    return { failure: formatError(`expected an RSS channel, got <${reply.document.name}>`) };
  if (feed.items > 0 && feed.releases.length === 0) {
    return { failure: formatError(`none of ${feed.items} items has a title and a link`) };
  }
  if (protocol === 'usenet' && feed.torrents > 0) return { failure: WRONG_KIND };
  const { releases, items, total } = feed;
  return { releases, items, last: total === undefined ? items < limit : offset + items >= total };
}

const WRONG_KIND: Failure = {
  outcome: 'error',
  class: 'config',
  detail: 'the feed holds torrents, expected NZBs: give the indexer the kind torznab',
};

/** One API call. Details go through the guard, since an indexer may repeat the key in its complaint. */
async function askIndexer(
  connection: Connection,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Reply> {
  const url = new URL(connection.home);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (connection.apiKey !== undefined) url.searchParams.set('apikey', connection.apiKey);
  const arrived = await ask(connection, url, signal);
  const reply =
    'failure' in arrived
      ? arrived
      : readReply(arrived.answer, { now: connection.now(), limit: API_LIMIT_BYTES });
  return 'failure' in reply ? { failure: hideKey(reply.failure, connection) } : reply;
}
