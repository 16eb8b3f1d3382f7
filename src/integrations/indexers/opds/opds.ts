import { queryText } from '../../../domain/acquisition/query-text.js';
import type { IndexerOutcome, Release } from '../../../domain/acquisition/release.js';
import type { Connection } from '../ask.js';
import {
  categoriesOf,
  categoryOf,
  connectSource,
  mediaAsked,
  releaseTitle,
  type DirectSourceOptions,
  type Medium,
} from '../direct-source.js';
import { dropUndefined } from '../drop-undefined.js';
import { readPages, type Page } from '../paging.js';
import type { Indexer, IndexerCaps, IndexerQuery } from '../port.js';
import { asFault, type Failure } from '../reply.js';
import type { CatalogPage, Publication } from './catalog.js';
import { lookAtFile } from './file.js';
import { openFiles } from './open-files.js';
import { readCatalogPage, searchAddress } from './read-page.js';

const REMEDY = 'Give the address of the catalogue’s first page, such as https://example.org/opds';
const PAGE_SIZE = 50;

/** A catalogue of OPDS 1.2 or 2.0. Only what is open to everybody is taken (acquisition.md §2.11). */
export function createOpdsIndexer(options: DirectSourceOptions): Indexer {
  const connection = connectSource(options, REMEDY);
  return {
    id: options.id,
    caps: async (signal) => {
      const root = await readCatalogPage(connection, connection.home, signal);
      if ('failure' in root) {
        throw asFault(root.failure, { auth: 'Check user and password', config: REMEDY, format: REMEDY });
      }
      return describe(root);
    },
    search: async (query, signal) => {
      const media = mediaAsked(query.categories, options).filter((medium) => medium !== 'video');
      const nothing = query.mode !== 'latest' && queryText(query) === '';
      if (media.length === 0 || nothing) return { outcome: 'ok', releases: [] };
      return searchCatalog(connection, { query, media }, signal);
    },
    fetchRelease: async (link, signal) => ({
      kind: 'files',
      files: [await lookAtFile(connection, link, signal)],
    }),
    openFiles: (files, signal) => openFiles(connection, files, signal),
  };
}

function describe({ title, search }: CatalogPage): IndexerCaps {
  return {
    server: title,
    searching: search === undefined ? {} : { search: ['q'] },
    pageSize: PAGE_SIZE,
    categories: categoriesOf(['audio', 'text']),
  };
}

async function searchCatalog(
  connection: Connection,
  { query, media }: { query: IndexerQuery; media: readonly Medium[] },
  signal: AbortSignal,
): Promise<IndexerOutcome> {
  const root = await readCatalogPage(connection, connection.home, signal);
  if ('failure' in root) return root.failure;
  const start = await firstAddress(connection, { root, query }, signal);
  if (start === undefined) return { outcome: 'ok', releases: [] };
  if ('failure' in start) return start.failure;
  let url: URL | undefined = start;
  return readPages(query, async (): Promise<Page | { failure: Failure }> => {
    if (url === undefined) return { releases: [], last: true };
    const page = await readCatalogPage(connection, url, signal);
    if ('failure' in page) return page;
    url = page.next;
    const releases = page.publications.flatMap((one) => readPublication(one, { connection, media }));
    return { releases, last: url === undefined };
  });
}

/** Undefined for a catalogue that keeps no list of what is new. */
async function firstAddress(
  connection: Connection,
  { root, query }: { root: CatalogPage; query: IndexerQuery },
  signal: AbortSignal,
): Promise<URL | { failure: Failure } | undefined> {
  if (query.mode === 'latest') return root.newest;
  if (root.search === undefined) return { failure: NO_SEARCH };
  return searchAddress(connection, { search: root.search, terms: queryText(query) }, signal);
}

const NO_SEARCH: Failure = {
  outcome: 'error',
  class: 'config',
  detail: 'the catalogue offers no search: expected a link "search" on its first page',
};

/** A release for each format. */
function readPublication(
  { id, title, authors, language, published, openAccess }: Publication,
  { connection, media }: { connection: Connection; media: readonly Medium[] },
): Release[] {
  return openAccess
    .filter(({ format }) => media.includes(format.medium))
    .map(({ url, format, sizeBytes }) =>
      dropUndefined({
        indexerId: connection.id,
        guid: `${id} ${format.word}`,
        title: releaseTitle({ title, author: authors[0], format: format.word }),
        protocol: 'direct' as const,
        downloadUrl: connection.guard.hide(url.href),
        sizeBytes: sizeBytes ?? 0,
        categories: [categoryOf(format.medium)],
        publishedAt: readTime(published),
        author: authors[0],
        bookTitle: title,
        language,
        freeleech: false,
      }),
    );
}

function readTime(told: string | undefined): string | undefined {
  const time = Date.parse(told ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
