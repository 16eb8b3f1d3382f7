/** What people ask for. More kinds come with the full acquisition pipeline. */
export const MEDIA_TYPES = ['audiobook', 'ebook', 'movie', 'episode'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** How a release travels: `direct` is plain HTTP from a lawful source (acquisition.md §2.11). */
export const PROTOCOLS = ['torrent', 'usenet', 'direct'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** The item that a request is about, as far as the requester or a catalogue knows it. */
export interface MediaItem {
  mediaType: MediaType;
  title: string;
  author?: string;
  narrator?: string;
  series?: string;
  seriesPart?: string;
  year?: number;
  asin?: string;
  /** Of other editions of the same work, which will do as well. */
  siblingAsins?: string[];
  isbn?: string;
  language?: string;
  /** `tt` and digits. */
  imdbId?: string;
  tmdbId?: number;
  /** Of the series; episodes only. */
  tvdbId?: number;
  season?: number;
  episode?: number;
  /** ISO 8601 date: before it, nothing is searched for automatically. */
  releaseDate?: string;
  /** Known running time of the whole item, seconds. */
  runtimeSeconds?: number;
}

/** One search result of one indexer, as the indexer tells it (acquisition.md §2.1). */
export interface Release {
  indexerId: string;
  guid: string;
  title: string;
  protocol: Protocol;
  /** Where to fetch the .torrent or .nzb; may carry the indexer's key and is never stored or logged. */
  downloadUrl?: string;
  magnetUrl?: string;
  /** Lower-case hex, where the indexer tells it. */
  infoHash?: string;
  sizeBytes: number;
  categories: number[];
  seeders?: number;
  peers?: number;
  /** ISO 8601. */
  publishedAt?: string;
  author?: string;
  bookTitle?: string;
  language?: string;
  narrator?: string;
  /** As the indexer tells them. */
  files?: number;
  /** Their paths; few indexers tell them. */
  fileNames?: string[];
  grabs?: number;
  imdbId?: string;
  tmdbId?: number;
  tvdbId?: number;
  /** The indexer's page about it, for people; carries no key. */
  infoUrl?: string;
  minimumRatio?: number;
  minimumSeedTimeSeconds?: number;
  freeleech: boolean;
}

/** How one indexer answered one query. Only `ok` may count as "no results" (acquisition.md §3.1). */
export type IndexerOutcome =
  | {
      outcome: 'ok';
      releases: Release[];
      /** Queries with `untilGuid` only: false is a gap, since neither it nor anything older was on any of the pages. */
      reachedKnown?: boolean;
    }
  | ({ outcome: 'throttled'; retryAfterMs: number; detail: string } & PartialAnswer)
  | ({ outcome: 'disabled'; detail: string } & PartialAnswer)
  | ({
      outcome: 'error';
      class: 'auth' | 'config' | 'transient' | 'format';
      detail: string;
      /** DNS or connection failed: nobody was asked, so the back-off keeps its level (§3.2). */
      unreachable?: true;
    } & PartialAnswer);

interface PartialAnswer {
  /** What pages before the failing one gave: worth deciding on, but never a complete answer. */
  releases?: Release[];
}
