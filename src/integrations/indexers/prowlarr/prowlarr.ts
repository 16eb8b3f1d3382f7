import { z } from 'zod';

import type { IndexerOutcome } from '../../../domain/acquisition/release.js';
import { Fault } from '../../../domain/faults.js';
import { askJson, hideKey, type Connection } from '../ask.js';
import { fetchReleaseFile } from '../fetch-release.js';
import { readPages, type Page } from '../paging.js';
import type { Indexer, IndexerCaps, IndexerQuery } from '../port.js';
import { asFault, formatError, type Failure } from '../reply.js';
import {
  apiUrl,
  categoriesOf,
  connectProwlarr,
  fetchEntries,
  PROWLARR_REMEDIES,
  type ProwlarrOptions,
} from './api.js';
import { whyEmpty } from './prove-empty.js';
import { searchParameters } from './query.js';
import { readRelease } from './release.js';

const PAGE_SIZE = 100;

/**
 * All indexers of a Prowlarr as one. Added one by one (list.ts) they tell limits and failures each for itself, so
 * that is the better way; this one is for those who want a single entry.
 */
export function createProwlarrIndexer(options: ProwlarrOptions): Indexer {
  const connection = connectProwlarr(options);
  const configured = options.categories ?? [];
  return {
    id: options.id,
    caps: (signal) => loadCaps(connection, signal),
    search: (query, signal) => {
      const categories = query.categories.length > 0 ? query.categories : [...configured];
      return searchAll(connection, { ...query, categories }, signal);
    },
    fetchRelease: (link, signal) =>
      fetchReleaseFile({ ...connection, expects: 'either', timeoutMs: options.timeoutMs }, link, signal),
  };
}

async function loadCaps(connection: Connection, signal: AbortSignal): Promise<IndexerCaps> {
  const reply = await fetchEntries(connection, signal);
  if ('failure' in reply) throw asFault(reply.failure, PROWLARR_REMEDIES);
  const enabled = reply.value.filter(({ enable }) => enable);
  if (enabled.length === 0) {
    throw new Fault(
      'bad_input',
      `Expected a Prowlarr with indexers, got one with 0 of ${reply.value.length} on`,
      {
        remedy: 'Enable an indexer in Prowlarr',
      },
    );
  }
  const offered = enabled.map(({ capabilities }) => capabilities ?? {});
  const searching = {
    search: ['q'],
    'book-search': union(offered.map(({ bookSearchParams }) => bookSearchParams)),
    'movie-search': union(offered.map(({ movieSearchParams }) => movieSearchParams)),
    'tv-search': union(offered.map(({ tvSearchParams }) => tvSearchParams)),
  };
  return {
    server: `Prowlarr with ${enabled.length} indexers`,
    searching: Object.fromEntries(Object.entries(searching).filter(([, offers]) => offers.length > 0)),
    pageSize: PAGE_SIZE,
    categories: [...new Map(enabled.flatMap(categoriesOf).map((one) => [one.id, one])).values()],
  };
}

/** What any of them can do: Prowlarr leaves out of a search those that cannot. */
function union(lists: (string[] | null | undefined)[]): string[] {
  return [...new Set(lists.flatMap((list) => list ?? []).map((parameter) => parameter.toLowerCase()))];
}

function searchAll(
  connection: Connection,
  query: IndexerQuery,
  signal: AbortSignal,
): Promise<IndexerOutcome> {
  let offset = 0;
  return readPages(query, async () => {
    const page = await searchPage(connection, { query, offset }, signal);
    if ('failure' in page) return page;
    const failure = page.items === 0 && offset === 0 ? await whyEmpty(connection, signal) : undefined;
    offset += PAGE_SIZE;
    return failure === undefined ? page : { failure };
  });
}

/** A refusal with 400 is Prowlarr's own: a search that failed (acquisition.md §2.2). */
const answer = z.union([z.array(z.unknown()), z.object({ message: z.string() })]);

async function searchPage(
  connection: Connection,
  { query, offset }: { query: IndexerQuery; offset: number },
  signal: AbortSignal,
): Promise<(Page & { items: number }) | { failure: Failure }> {
  const url = apiUrl(connection, 'search');
  const parameters = searchParameters(query);
  parameters.set('limit', String(PAGE_SIZE));
  parameters.set('offset', String(offset));
  url.search = parameters.toString();
  const reply = await askJson(connection, { url, schema: answer, alsoRead: [400] }, signal);
  if ('failure' in reply) return reply;
  if (!Array.isArray(reply.value)) return { failure: hideKey(searchFailed(reply.value.message), connection) };
  const { id: indexerId, guard } = connection;
  const releases = reply.value
    .map((json) => readRelease(json, { indexerId, hide: guard.hide }))
    .filter((release) => release !== undefined);
  const items = reply.value.length;
  if (items > 0 && releases.length === 0) {
    return { failure: formatError(`none of ${items} releases has a title and a link`) };
  }
  return { releases, items, last: items < PAGE_SIZE };
}

function searchFailed(message: string): Failure {
  return { outcome: 'error', class: 'transient', detail: `the search failed: ${message.slice(0, 200)}` };
}
