import type { ClientKind, IndexerKind } from '../domain/acquisition/products.js';
import { createAria2Client } from './download-clients/aria2/client.js';
import type { DownloadClient } from './download-clients/port.js';
import type { Indexer } from './indexers/port.js';
import { createTorznabIndexer } from './indexers/torznab.js';
import type { DownloadClientSettings, IndexerSettings, Integrations } from './integrations.js';

const INDEXERS: Record<IndexerKind, (settings: IndexerSettings) => Indexer> = {
  torznab: createTorznabIndexer,
};

const DOWNLOAD_CLIENTS: Record<ClientKind, (settings: DownloadClientSettings) => DownloadClient> = {
  aria2: ({ baseUrl, ...settings }) => createAria2Client({ ...settings, rpcUrl: baseUrl }),
};

/** The adapters of every product that Longplay speaks with. */
export function createIntegrations(): Integrations {
  return {
    indexer: (settings) => INDEXERS[settings.kind](settings),
    downloadClient: (settings) => DOWNLOAD_CLIENTS[settings.kind](settings),
  };
}
