import type { ClientKind, IndexerKind, ServerKind } from '../domain/acquisition/products.js';
import type { ArrApp, ArrSettings } from './arr/port.js';
import type { DownloadClient } from './download-clients/port.js';
import type { Indexer } from './indexers/port.js';
import type { LibraryServer } from './libraries/port.js';
import type { Notifier, NotifierSettings } from './notifiers/port.js';

export interface IndexerSettings {
  id: string;
  name: string;
  kind: IndexerKind;
  baseUrl: string;
  username: string | null;
  apiKey?: string;
  categories: number[];
  /** Waits until the next call may be made, by an interval in ms; absent: at once. */
  pace?: { intervalMs: number; wait: (signal: AbortSignal) => Promise<void> };
}

export interface DownloadClientSettings {
  id: string;
  kind: ClientKind;
  baseUrl: string;
  username: string | null;
  secret?: string;
}

export interface LibraryServerSettings {
  id: string;
  kind: ServerKind;
  baseUrl: string;
  /** Which of its libraries is meant; null while that is chosen. */
  section: string | null;
  secret?: string;
}

/** Makes the adapter behind a configured product; secrets come opened. */
export interface Integrations {
  /** A new one each time: for a test of settings. */
  indexer: (settings: IndexerSettings) => Indexer;
  /** The same one as long as its settings are: it keeps what its caps are. */
  keptIndexer: (settings: IndexerSettings) => Indexer;
  /** A new one each time: for a test of settings. */
  downloadClient: (settings: DownloadClientSettings) => DownloadClient;
  /** The same one as long as its settings are: it keeps its log-in, and the memory of a refused one. */
  keptDownloadClient: (settings: DownloadClientSettings) => DownloadClient;
  libraryServer: (settings: LibraryServerSettings) => LibraryServer;
  /** What is moved in from; it is only read. */
  arrApp: (settings: ArrSettings) => ArrApp;
  notifier: (settings: NotifierSettings) => Notifier;
}
