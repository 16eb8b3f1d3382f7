import type { MediaItem, MediaType } from './release.js';
import type { PlannedIndexer, SearchQuery } from './search-plan.js';

type IdQuery = Omit<SearchQuery, 'categories'>;
type Searching = NonNullable<PlannedIndexer['searching']>;
type Ids = Pick<SearchQuery, 'imdbId' | 'tmdbId' | 'tvdbId' | 'isbn'>;

/** The query of tier 0 for one indexer; undefined where item and caps have no id in common (acquisition.md §3.1). */
export function queryById(item: MediaItem, { searching }: PlannedIndexer): IdQuery | undefined {
  return searching === null ? undefined : QUERIES[item.mediaType](item, searching);
}

/**
 * One id a query, the most telling first: several at once are "and" to one indexer and "or" to another. The title
 * goes along for an indexer that has taken its offer back meanwhile.
 */
const QUERIES: Readonly<Record<MediaType, (item: MediaItem, searching: Searching) => IdQuery | undefined>> = {
  audiobook: bookQuery,
  ebook: bookQuery,
  movie: movieQuery,
  episode: episodeQuery,
};

function bookQuery({ title, author, isbn }: MediaItem, searching: Searching): IdQuery | undefined {
  const id = firstOffered({ isbn: isbn && { isbn } }, searching['book-search']);
  return id && { mode: 'book', title, ...(author === undefined ? {} : { author }), ...id };
}

function movieQuery({ title, year, ...item }: MediaItem, searching: Searching): IdQuery | undefined {
  const id = firstOffered(videoIds(item), searching['movie-search']);
  return id && { mode: 'movie', title, ...(year === undefined ? {} : { year }), ...id };
}

function episodeQuery(
  { title, season, episode, ...item }: MediaItem,
  searching: Searching,
): IdQuery | undefined {
  if (season === undefined || episode === undefined) return undefined;
  const offered = searching['tv-search'] ?? [];
  // An id without the numbers would bring the whole series.
  if (!offered.includes('season') || !offered.includes('ep')) return undefined;
  const id = firstOffered(videoIds(item), offered);
  return id && { mode: 'tv', title, season, episode, ...id };
}

type IdsByParameter = Record<string, Ids | '' | 0 | undefined>;

function videoIds({ tvdbId, tmdbId, imdbId }: Partial<MediaItem>): IdsByParameter {
  return {
    tvdbid: tvdbId && { tvdbId },
    tmdbid: tmdbId && { tmdbId },
    imdbid: imdbId && { imdbId },
  };
}

function firstOffered(ids: IdsByParameter, offered: readonly string[] = []): Ids | undefined {
  for (const [parameter, id] of Object.entries(ids)) {
    if (id && offered.includes(parameter)) return id;
  }
  return undefined;
}
