import { isDeepStrictEqual } from 'node:util';

import type { ClientKind, IndexerKind, ServerKind } from '../domain/acquisition/products.js';
import type { TargetKind } from '../domain/notices/target-address.js';
import { createArrApp } from './arr/app.js';
import { createAria2Client } from './download-clients/aria2/client.js';
import { createNzbgetClient } from './download-clients/nzbget/client.js';
import type { DownloadClient } from './download-clients/port.js';
import { createQbittorrentClient } from './download-clients/qbittorrent/client.js';
import { createSabnzbdClient } from './download-clients/sabnzbd/client.js';
import { createTransmissionClient } from './download-clients/transmission/client.js';
import type { Indexer } from './indexers/port.js';
import { createInternetArchiveIndexer } from './indexers/internet-archive/internet-archive.js';
import { createLibrivoxIndexer } from './indexers/librivox/librivox.js';
import { createOpdsIndexer } from './indexers/opds/opds.js';
import { createProwlarrIndexer } from './indexers/prowlarr/prowlarr.js';
import { createTorznabIndexer } from './indexers/torznab.js';
import type {
  DownloadClientSettings,
  IndexerSettings,
  Integrations,
  LibraryServerSettings,
} from './integrations.js';
import { createAudiobookshelfServer } from './libraries/audiobookshelf/server.js';
import { createJellyfinServer } from './libraries/jellyfin/server.js';
import { createPlexServer } from './libraries/plex/server.js';
import type { LibraryServer } from './libraries/port.js';
import { createAppriseNotifier } from './notifiers/apprise.js';
import { createMailNotifier } from './notifiers/mail.js';
import { createNtfyNotifier } from './notifiers/ntfy.js';
import type { Notifier, NotifierSettings } from './notifiers/port.js';
import { createWebhookNotifier } from './notifiers/webhook.js';

type AdapterSettings = Omit<IndexerSettings, 'pace'> & { pace?: (signal: AbortSignal) => Promise<void> };

const INDEXERS: Record<IndexerKind, (settings: AdapterSettings) => Indexer> = {
  torznab: (settings) => createTorznabIndexer({ ...settings, kind: 'torznab' }),
  newznab: (settings) => createTorznabIndexer({ ...settings, kind: 'newznab' }),
  prowlarr: createProwlarrIndexer,
  opds: createOpdsIndexer,
  librivox: createLibrivoxIndexer,
  internet_archive: createInternetArchiveIndexer,
};

const DOWNLOAD_CLIENTS: Record<ClientKind, (settings: DownloadClientSettings) => DownloadClient> = {
  aria2: ({ baseUrl, ...settings }) => createAria2Client({ ...settings, rpcUrl: baseUrl }),
  qbittorrent: createQbittorrentClient,
  transmission: createTransmissionClient,
  nzbget: createNzbgetClient,
  sabnzbd: createSabnzbdClient,
};

const LIBRARY_SERVERS: Record<ServerKind, (settings: LibraryServerSettings) => LibraryServer> = {
  plex: createPlexServer,
  audiobookshelf: createAudiobookshelfServer,
  jellyfin: createJellyfinServer,
};

const NOTIFIERS: Record<TargetKind, (settings: NotifierSettings) => Notifier> = {
  ntfy: createNtfyNotifier,
  webhook: createWebhookNotifier,
  apprise: createAppriseNotifier,
  mail: createMailNotifier,
};

/** The adapters of every product that Longplay speaks with. */
export function createIntegrations(): Integrations {
  const createClient = (settings: DownloadClientSettings): DownloadClient =>
    DOWNLOAD_CLIENTS[settings.kind](settings);
  return {
    indexer: createIndexer,
    keptIndexer: keepById(createIndexer),
    downloadClient: createClient,
    keptDownloadClient: keepById(createClient),
    libraryServer: (settings) => LIBRARY_SERVERS[settings.kind](settings),
    arrApp: createArrApp,
    notifier: (settings) => NOTIFIERS[settings.address.kind](settings),
  };
}

function createIndexer({ pace, ...settings }: IndexerSettings): Indexer {
  return INDEXERS[settings.kind](pace === undefined ? settings : { ...settings, pace: pace.wait });
}

/** Of each id the latest, until its settings change. */
function keepById<Settings extends { id: string }, Made>(
  create: (settings: Settings) => Made,
): (settings: Settings) => Made {
  const kept = new Map<string, { settings: Settings; made: Made }>();
  return (settings) => {
    const before = kept.get(settings.id);
    if (before !== undefined && isSame(before.settings, settings)) return before.made;
    const made = create(settings);
    kept.set(settings.id, { settings, made });
    return made;
  };
}

/** Functions are made anew for each call and do the same. */
function isSame(one: object, other: object): boolean {
  const plain = (value: object): unknown => JSON.parse(JSON.stringify(value)) as unknown;
  return isDeepStrictEqual(plain(one), plain(other));
}
