import type { ServerKind } from '../../domain/acquisition/products.js';
import type { MediaType } from '../../domain/acquisition/release.js';

export interface LibrarySection {
  id: string;
  name: string;
  mediaTypes: MediaType[];
  /** As the server sees them. */
  folders: string[];
}

export interface LibraryServerProbe {
  product: string;
  version: string;
  /** Its libraries, for the set-up: which one is meant, and the folders by which paths are mapped. */
  sections: LibrarySection[];
}

/** One item as the server tells it. */
export interface ServerItem {
  serverId: string;
  mediaType: MediaType;
  /** An episode's is its series'. */
  title: string;
  author?: string;
  narrator?: string;
  year?: number;
  asin?: string;
  isbn?: string;
  imdbId?: string;
  tmdbId?: number;
  /** Of the series; episodes only. */
  tvdbId?: number;
  season?: number;
  episode?: number;
  durationSeconds?: number;
  /** ISO 8601. */
  addedAt?: string;
  /** Absolute, as the server sees it: a book's folder; the file of what is one file among others. */
  path: string;
  /** Absolute too. */
  files: { path: string; sizeBytes?: number }[];
}

/** Only of scans that the server shows: one of a single folder may be shown nowhere. */
export type ScanState = 'idle' | 'running';

/**
 * One section of a media server. Every product behind it passes test/integrations/libraries/contract.
 * Calls throw Fault `environment` with reason `library_unreachable` when it cannot be reached, `credentials` when it
 * refuses ours, `bad_input` for a section that it does not have. A page that is short, or of another total than the
 * one before, is an error: never the end of a list.
 */
export interface LibraryServer {
  readonly id: string;
  readonly kind: ServerKind;
  /** False: `scan` reads all of the section, whatever it is asked. */
  readonly scansFolders: boolean;
  /** How long an asked scan of a folder may wait; asked again before, some servers begin to wait anew. */
  readonly beginsWithinMs: number;
  probe(signal: AbortSignal): Promise<LibraryServerProbe>;
  /**
   * Asks for a scan of one folder, as the server sees it, or of all; that it was asked says nothing of its end.
   * `busy`: it was not asked, since it would be dropped; ask again once the running scan has ended.
   * @throws Fault bad_input for a folder outside of the section.
   */
  scan(folder: string | undefined, signal: AbortSignal): Promise<'asked' | 'busy'>;
  scanState(signal: AbortSignal): Promise<ScanState>;
  /** Every item of the section, or those added since; pages to the end, or throws. */
  items(options: { addedSince?: Date; signal: AbortSignal }): AsyncIterable<ServerItem>;
  /** How many play something now; for the quiet rules. */
  watching(signal: AbortSignal): Promise<number>;
}
