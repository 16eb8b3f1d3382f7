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
  type Medium,
} from '../direct-source.js';
import { dropUndefined } from '../drop-undefined.js';
import { readPages, type Page } from '../paging.js';
import { parseUrl } from '../parse-url.js';
import type { Indexer, IndexerQuery } from '../port.js';
import { asFault, type Failure } from '../reply.js';
import { rights, values } from './fields.js';
import { chooseSet, mediumOf } from './file-sets.js';
import { fetchArchiveFiles } from './item.js';
import { whyNotOurs } from './lawful.js';
import { ROWS, searchParameters } from './query.js';

const REMEDY = 'Give the address of the Internet Archive: https://archive.org';

/** The Internet Archive: only what is free to copy, and of each item one set of files (acquisition.md §2.11). */
export function createInternetArchiveIndexer(options: DirectSourceOptions): Indexer {
  const connection = connectSource(options, REMEDY);
  return {
    id: options.id,
    caps: async (signal) => {
      const query: IndexerQuery = { mode: 'search', text: 'librivox', categories: [] };
      const page = await searchPage(connection, { query, media: ['audio'], page: 1 }, signal);
      if ('failure' in page) throw asFault(page.failure, { config: REMEDY, format: REMEDY });
      return {
        server: 'Internet Archive',
        searching: { search: ['q'], 'book-search': ['q', 'author', 'title', 'isbn'] },
        pageSize: ROWS,
        categories: categoriesOf(['audio', 'text', 'video']),
      };
    },
    search: (query, signal) => {
      const media = mediaAsked(query.categories, options);
      let page = 0;
      return readPages(query, () => {
        page += 1;
        return searchPage(connection, { query, media, page }, signal);
      });
    },
    fetchRelease: async (link, signal) => {
      const where = parseArchiveLink(link);
      if (where === undefined)
        throw new Fault('release_fault', 'Expected the page of an item of the archive');
      return { kind: 'files', files: await fetchArchiveFiles(connection, where, signal) };
    },
  };
}

/** `https://archive.org/details/{id}` as people write it, with `www.` and without TLS too. */
export function parseArchiveLink(link: string): { archive: URL; identifier: string } | undefined {
  const url = parseUrl(link.trim());
  const identifier = /^\/(?:details|metadata|download)\/([\w.-]+)/.exec(url?.pathname ?? '')?.[1];
  if (url === undefined || identifier === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  const isPublic = /^(?:www\.)?archive\.org$/i.test(url.hostname);
  const archive = isPublic ? new URL('https://archive.org') : new URL(url.origin);
  return { archive, identifier };
}

const hit = rights.extend({
  identifier: z.string().min(1),
  title: values,
  creator: values,
  year: values,
  language: values,
  publicdate: values,
  mediatype: values,
  format: values,
});

type Hit = z.infer<typeof hit>;

const answer = z.object({ response: z.object({ numFound: z.number(), docs: z.array(hit) }) });

async function searchPage(
  connection: Connection,
  { query, media, page }: { query: IndexerQuery; media: readonly Medium[]; page: number },
  signal: AbortSignal,
): Promise<Page | { failure: Failure }> {
  const parameters = searchParameters(query, { media, page });
  if (parameters === undefined) return { releases: [], last: true };
  const url = new URL('/advancedsearch.php', connection.home);
  url.search = parameters.toString();
  const reply = await askJson(connection, { url, schema: answer }, signal);
  if ('failure' in reply) return reply;
  const { numFound, docs } = reply.value.response;
  const releases = docs
    .map((doc) => readHit(doc, { connection, media }))
    .filter((release) => release !== undefined);
  // A page may be shorter than asked: only the count says that it was the last.
  return { releases, last: page * ROWS >= numFound };
}

/** Undefined for what is not ours to take, and for what comes in no format that we read. */
function readHit(
  doc: Hit,
  { connection, media }: { connection: Connection; media: readonly Medium[] },
): Release | undefined {
  const medium = mediumOf(doc.mediatype[0]);
  if (medium === undefined || !media.includes(medium) || whyNotOurs(doc) !== undefined) return undefined;
  const set = chooseSet(medium, doc.format);
  const title = doc.title[0];
  if (set === undefined || title === undefined) return undefined;
  const author = medium === 'video' ? undefined : doc.creator[0];
  const year = Number(doc.year[0]) || undefined;
  const page = new URL(`/details/${encodeURIComponent(doc.identifier)}`, connection.home).href;
  return dropUndefined({
    indexerId: connection.id,
    guid: doc.identifier,
    title: releaseTitle({ title, author, year, format: set.word }),
    protocol: 'direct' as const,
    downloadUrl: page,
    infoUrl: page,
    // The archive tells the size of all its sets together, which says nothing of the one.
    sizeBytes: 0,
    categories: [categoryOf(medium)],
    publishedAt: readTime(doc.publicdate[0]),
    author,
    bookTitle: medium === 'video' ? undefined : title,
    language: doc.language[0],
    freeleech: false,
  });
}

function readTime(told: string | undefined): string | undefined {
  const time = Date.parse(told ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
