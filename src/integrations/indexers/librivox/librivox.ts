import { z } from 'zod';

import type { Release } from '../../../domain/acquisition/release.js';
import { Fault } from '../../../domain/faults.js';
import { askJson, type Connection } from '../ask.js';
import {
  categoriesOf,
  categoryOf,
  connectSource,
  mediaAsked,
  releaseTitle,
  type DirectSourceOptions,
} from '../direct-source.js';
import { dropUndefined } from '../drop-undefined.js';
import { withoutKeys } from '../info-url.js';
import { parseArchiveLink } from '../internet-archive/internet-archive.js';
import { fetchArchiveFiles } from '../internet-archive/item.js';
import { readPages, type Page } from '../paging.js';
import type { Indexer, IndexerQuery } from '../port.js';
import { asFault, type Failure } from '../reply.js';
import { PAGE_SIZE, searchParameters } from './query.js';

const REMEDY = 'Give the address of LibriVox: https://librivox.org';

/** Its readings come as MP3 of 128 kbit/s as a rule: an estimate, since it tells the time and no size. */
const BYTES_PER_SECOND = 16_000;

/** LibriVox: readings of books of the public domain; the audio lies on the Internet Archive. */
export function createLibrivoxIndexer(options: DirectSourceOptions): Indexer {
  const connection = connectSource(options, REMEDY);
  return {
    id: options.id,
    caps: async (signal) => {
      const query: IndexerQuery = { mode: 'latest', categories: [] };
      const page = await searchPage(connection, { query, offset: 0 }, signal);
      if ('failure' in page) throw asFault(page.failure, { config: REMEDY, format: REMEDY });
      return {
        server: 'LibriVox',
        searching: { search: ['q'], 'book-search': ['author', 'title'] },
        pageSize: PAGE_SIZE,
        categories: categoriesOf(['audio']),
      };
    },
    search: (query, signal) => {
      const isAsked = mediaAsked(query.categories, options).includes('audio');
      let offset = -PAGE_SIZE;
      return readPages(query, () => {
        offset += PAGE_SIZE;
        return isAsked ? searchPage(connection, { query, offset }, signal) : Promise.resolve(NOTHING);
      });
    },
    fetchRelease: async (link, signal) => {
      const where = parseArchiveLink(link);
      if (where === undefined) throw new Fault('release_fault', 'Expected an item of the Internet Archive');
      return { kind: 'files', files: await fetchArchiveFiles(connection, where, signal) };
    },
  };
}

const NOTHING: Page = { releases: [], last: true };

const text = z.string().nullish();

const book = z.object({
  id: z.coerce.string(),
  title: z.string().min(1),
  language: text,
  copyright_year: z.coerce.string().nullish(),
  url_librivox: text,
  url_iarchive: text,
  totaltimesecs: z.coerce.number().nullish(),
  authors: z.array(z.object({ first_name: text, last_name: text })).nullish(),
  sections: z.array(z.object({ readers: z.array(z.object({ display_name: text })).nullish() })).nullish(),
});

type Book = z.infer<typeof book>;

/** No hit is an error of its own, with 404. */
const answer = z.union([z.object({ books: z.array(book) }), z.object({ error: z.string() })]);

async function searchPage(
  connection: Connection,
  { query, offset }: { query: IndexerQuery; offset: number },
  signal: AbortSignal,
): Promise<Page | { failure: Failure }> {
  const parameters = searchParameters(query, { offset, now: connection.now() });
  if (parameters === undefined) return NOTHING;
  const url = new URL('/api/feed/audiobooks', connection.home);
  url.search = parameters.toString();
  const reply = await askJson(connection, { url, schema: answer, alsoRead: [404] }, signal);
  if ('failure' in reply) return reply;
  if ('error' in reply.value) return isNoHit(reply.value.error) ? NOTHING : unknownError(reply.value.error);
  const { books } = reply.value;
  const releases = books.map((one) => readBook(one, connection)).filter((release) => release !== undefined);
  return { releases: newestIdFirst(releases), last: books.length < PAGE_SIZE };
}

function isNoHit(error: string): boolean {
  return /not (?:be )?found|no (?:audiobooks|results)/i.test(error);
}

function unknownError(error: string): { failure: Failure } {
  return {
    failure: { outcome: 'error', class: 'transient', detail: `LibriVox says: ${error.slice(0, 200)}` },
  };
}

/** It tells no day of release, and numbers its books in the order in which they came. */
function newestIdFirst(releases: Release[]): Release[] {
  return releases.toSorted((one, other) => Number(other.guid) - Number(one.guid));
}

/** Undefined for a book whose audio lies nowhere (yet). */
function readBook(told: Book, { id: indexerId }: Connection): Release | undefined {
  const where = parseArchiveLink(told.url_iarchive ?? '');
  if (where === undefined) return undefined;
  const { first_name: first, last_name: last } = told.authors?.[0] ?? {};
  const author = [first, last].filter(Boolean).join(' ') || undefined;
  return dropUndefined({
    indexerId,
    guid: told.id,
    title: releaseTitle({ title: told.title, author, format: 'MP3' }),
    protocol: 'direct' as const,
    downloadUrl: new URL(`/details/${encodeURIComponent(where.identifier)}`, where.archive).href,
    infoUrl: withoutKeys(told.url_librivox ?? undefined, (link) => link),
    sizeBytes: Math.max(0, Math.round((told.totaltimesecs ?? 0) * BYTES_PER_SECOND)),
    categories: [categoryOf('audio')],
    author,
    bookTitle: told.title,
    narrator: onlyReader(told),
    language: told.language ?? undefined,
    freeleech: false,
  });
}

/** Many books have a reader a chapter: then nobody is the narrator. */
function onlyReader({ sections }: Book): string | undefined {
  const names = (sections ?? []).flatMap(({ readers }) =>
    (readers ?? []).map((one) => one.display_name ?? ''),
  );
  const readers = new Set(names.filter((name) => name !== ''));
  return readers.size === 1 ? [...readers][0] : undefined;
}
