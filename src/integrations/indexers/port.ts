import type { DirectFile, FileAccess } from '../../domain/acquisition/download.js';
import type { IndexerOutcome } from '../../domain/acquisition/release.js';
import type { SearchQuery } from '../../domain/acquisition/search-plan.js';

export type IndexerQuery = SearchQuery;

export interface IndexerCaps {
  server: string;
  /** Supported parameters of each available search mode: `search`, `book-search`, `movie-search`, `tv-search`. */
  searching: Record<string, string[]>;
  pageSize: number;
  categories: { id: number; name: string }[];
}

/** What a download link really gave. A direct source gives the files of the item, each with its checksum. */
export type GrabFile =
  | { kind: 'torrent'; bytes: Uint8Array }
  | { kind: 'magnet'; url: string }
  | { kind: 'nzb'; bytes: Uint8Array }
  | { kind: 'files'; files: DirectFile[] };

/** One search source. Every product behind it passes test/integrations/indexers/contract. */
export interface Indexer {
  readonly id: string;
  /** @throws Fault credentials | environment | transient with a message that says what came instead. */
  caps(signal: AbortSignal): Promise<IndexerCaps>;
  /**
   * Never throws for what the indexer did: every answer and every silence is an outcome. The answer to `latest` is
   * newest first and may hold what was known before; a source that has no such list answers it with none.
   */
  search(query: IndexerQuery, signal: AbortSignal): Promise<IndexerOutcome>;
  /**
   * Fetches a release's file, following redirects by hand; of a direct source it finds the files, and fetches none.
   * @throws Fault gone | release_fault (not what was offered, HTML) | throttled | credentials | transient
   */
  fetchRelease(downloadUrl: string, signal: AbortSignal): Promise<GrabFile>;
  /**
   * How a client fetches those of its files that are not open to everybody, by their paths. A source without the
   * method has none.
   * @throws as `fetchRelease` does
   */
  openFiles?(files: readonly DirectFile[], signal: AbortSignal): Promise<ReadonlyMap<string, FileAccess>>;
}
