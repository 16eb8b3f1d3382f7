import { mainTitle, normalizeTitle } from './normalize-title.js';
import { episodeNumber } from './query-text.js';
import type { MediaItem, MediaType } from './release.js';
import { queryById } from './search-by-id.js';

/** One question to one indexer, in Torznab's modes. */
export interface SearchQuery {
  /**
   * `book` uses author= and title= where the indexer's caps offer them, `movie` and `tv` ids; `search` uses q=;
   * `latest` asks for what is new, without any word (RSS).
   */
  mode: 'search' | 'book' | 'movie' | 'tv' | 'latest';
  text?: string;
  author?: string;
  title?: string;
  imdbId?: string;
  tmdbId?: number;
  tvdbId?: number;
  isbn?: string;
  season?: number;
  episode?: number;
  year?: number;
  /** Pages at most; default 3 (acquisition.md §3.1). */
  pages?: number;
  /** `latest`: the newest that was seen last time; pages are read until it comes. */
  untilGuid?: string;
  /** `latest`: pages are read no further than to what is older, ISO 8601; of sources that tell no time, to the guid. */
  untilTime?: string;
  /** Empty: every category. */
  categories: number[];
}

export interface PlannedIndexer {
  id: string;
  /** Configured categories; empty: those of the media type. */
  categories: readonly number[];
  /** Parameters by search mode, from the indexer's caps; null where it did not tell them. */
  searching: Readonly<Record<string, readonly string[]>> | null;
}

export interface SearchTier {
  /** Number of §3.1. */
  tier: 0 | 1 | 2 | 3 | 4;
  queries: { indexerId: string; query: SearchQuery }[];
}

/** Standard categories of §2.1: the default, and the range in which a configured one counts for the type. */
const CATEGORIES: Readonly<Record<MediaType, { default: number; from: number; to: number }>> = {
  audiobook: { default: 3030, from: 3030, to: 3030 },
  ebook: { default: 7020, from: 7000, to: 7999 },
  movie: { default: 2000, from: 2000, to: 2999 },
  episode: { default: 5000, from: 5000, to: 5999 },
};

/** From here on, category numbers are an indexer's own and say nothing about the type. */
const FIRST_OWN_CATEGORY = 100_000;

/**
 * The tiers of §3.1, widest last; the caller stops at the first one with an accepted release. A tier that would ask
 * the same as an earlier one is left out, and so is an indexer whose categories exclude the media type.
 */
export function planSearch({
  item,
  indexers,
  terms,
}: {
  item: MediaItem;
  indexers: readonly PlannedIndexer[];
  /** A person's own words: they replace the title. */
  terms?: string;
}): SearchTier[] {
  const asked = indexers
    .map((indexer) => ({ ...indexer, categories: categoriesFor(item.mediaType, indexer.categories) }))
    .filter(({ categories }) => categories.length > 0)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const title = terms ?? item.title;
  const wanted = { item, title, indexers: asked };
  // A person's own words would not reach an indexer that is asked by ids.
  const byIds = terms === undefined ? [idTier(wanted)] : [];
  return [...byIds, bookTier(wanted), ...textTiers(wanted)].filter(({ queries }) => queries.length > 0);
}

/** What of an indexer's categories serves a media type; empty: the indexer is off for it. */
export function categoriesFor(mediaType: MediaType, configured: readonly number[]): number[] {
  const { default: standard, from, to } = CATEGORIES[mediaType];
  if (configured.length === 0) return [standard];
  return configured.filter(
    (category) => category >= FIRST_OWN_CATEGORY || (category >= from && category <= to),
  );
}

type Asked = PlannedIndexer & { categories: number[] };

interface Wanted {
  item: MediaItem;
  title: string;
  indexers: Asked[];
}

function idTier({ item, indexers }: Wanted): SearchTier {
  return {
    tier: 0,
    queries: indexers.flatMap((indexer) => {
      const query = queryById(item, indexer);
      const { id, categories } = indexer;
      return query === undefined ? [] : [{ indexerId: id, query: { ...query, categories } }];
    }),
  };
}

function bookTier({ item, title, indexers }: Wanted): SearchTier {
  const { author, mediaType } = item;
  const isBook = mediaType === 'audiobook' || mediaType === 'ebook';
  const able = isBook && author !== undefined ? indexers.filter(offersBookSearch) : [];
  return {
    tier: 1,
    queries: able.map(({ id, categories }) => ({
      indexerId: id,
      query: { mode: 'book', title, ...(author === undefined ? {} : { author }), categories },
    })),
  };
}

function offersBookSearch({ searching }: PlannedIndexer): boolean {
  const parameters = searching?.['book-search'] ?? [];
  return parameters.includes('author') && parameters.includes('title');
}

function textTiers({ item, title, indexers }: Wanted): SearchTier[] {
  return TEXTS[item.mediaType](item, title)
    .map((text, at) => ({ tier: TEXT_TIERS[at] ?? 4, text: text.trim().replaceAll(/\s+/g, ' ') }))
    .filter(
      ({ text }, at, all) =>
        all.findIndex((other) => normalizeTitle(other.text) === normalizeTitle(text)) === at,
    )
    .map(({ tier, text }) => ({
      tier,
      queries: indexers.map(({ id, categories }) => ({
        indexerId: id,
        query: { mode: 'search', text, categories },
      })),
    }));
}

const TEXT_TIERS = [2, 3, 4] as const;

/** The words of tiers 2, 3 and 4. An episode is never asked for by its series alone: that would be all of it. */
const TEXTS: Readonly<Record<MediaType, (item: MediaItem, title: string) => string[]>> = {
  audiobook: bookTexts,
  ebook: bookTexts,
  movie: ({ year }, title) => [`${title} ${year ?? ''}`, title],
  episode: ({ season, episode }, title) => [
    season === undefined || episode === undefined ? title : `${title} ${episodeNumber(season, episode)}`,
  ],
};

function bookTexts({ author }: MediaItem, title: string): string[] {
  return [`${author ?? ''} ${title}`, title, mainTitle(title)];
}
