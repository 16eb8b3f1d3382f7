import type { DownloadClient } from './download-clients/port.js';
import type { Indexer } from './indexers/port.js';

export interface IndexerSettings {
  id: string;
  name: string;
  kind: 'torznab';
  baseUrl: string;
  apiKey?: string;
  categories: number[];
}

export interface DownloadClientSettings {
  id: string;
  kind: 'aria2';
  baseUrl: string;
  secret?: string;
}

/** Makes the adapter behind a configured product; secrets come opened. */
export interface Integrations {
  indexer: (settings: IndexerSettings) => Indexer;
  downloadClient: (settings: DownloadClientSettings) => DownloadClient;
}
