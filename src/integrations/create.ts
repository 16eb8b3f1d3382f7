import { createAria2Client } from './download-clients/aria2/client.js';
import { createTorznabIndexer } from './indexers/torznab.js';
import type { Integrations } from './integrations.js';

/** The adapters of every product that Longplay speaks with; each kind has one so far. */
export function createIntegrations(): Integrations {
  return {
    indexer: ({ kind: _torznab, ...settings }) => createTorznabIndexer(settings),
    downloadClient: ({ id, baseUrl, secret }) =>
      createAria2Client({ id, rpcUrl: baseUrl, ...(secret === undefined ? {} : { secret }) }),
  };
}
