import type { ArrKind } from '../../src/domain/moving-in/arr.js';
import { field, HIDDEN } from './arr-contract-server.js';

export interface StagedArr {
  lists: Record<string, unknown[]>;
  wanted: unknown[];
}

const torznab = {
  ...{
    id: 1,
    name: 'Tracker',
    implementation: 'Torznab',
    configContract: 'TorznabSettings',
    protocol: 'torrent',
  },
  ...{ priority: 3, enableRss: true, enableAutomaticSearch: true, enableInteractiveSearch: true, tags: [] },
  fields: [
    field('baseUrl', 'http://tracker.example:9117/'),
    field('apiPath', '/api'),
    field('apiKey', HIDDEN),
    field('categories', [5030, 5040]),
    field('minimumSeeders', 2),
    field('seedCriteria.seedRatio', 1.5),
  ],
};

const newznab = {
  ...{ id: 2, name: 'Usenet', implementation: 'Newznab', priority: 50, protocol: 'usenet' },
  ...{ enableRss: false, enableAutomaticSearch: false, enableInteractiveSearch: false },
  fields: [
    field('baseUrl', 'https://usenet.example'),
    field('apiPath', '/api'),
    field('apiKey', 'told-usenet-key'),
  ],
};

const foreign = {
  id: 3,
  name: 'Odd one',
  implementation: 'FileList',
  priority: 25,
  enableRss: true,
  fields: [],
};

const qbittorrent = {
  ...{ id: 1, name: 'qB', implementation: 'QBittorrent', enable: true, priority: 1, protocol: 'torrent' },
  fields: [
    ...[field('host', 'qb.lan'), field('port', 8081), field('useSsl', false), field('urlBase', '/qb/')],
    ...[field('username', 'admin'), field('password', HIDDEN), field('tvCategory', 'tv')],
  ],
};

const blackhole = {
  id: 2,
  name: 'Watch folder',
  implementation: 'TorrentBlackhole',
  enable: true,
  fields: [],
};

const shared = {
  indexer: [torznab, newznab, foreign],
  downloadclient: [qbittorrent, blackhole],
  remotepathmapping: [
    { id: 1, host: 'qb.lan', remotePath: '/remote/downloads/', localPath: '/data/downloads/' },
  ],
  qualityprofile: [{ id: 1, name: 'HD-1080p' }],
  customformat: [],
  importlist: [{ id: 1, name: 'Trakt' }],
  notification: [{ id: 1, name: 'My Discord' }],
  tag: [{ id: 1, label: 'kids' }],
};

function episodes(count: number): unknown[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ id: at + 1, seriesId: 7, tvdbId: 900_000 + at, seasonNumber: 1, episodeNumber: at + 1 },
    ...{ title: `Part ${at + 1}`, airDate: '2020-01-31', monitored: true, hasFile: false },
    series: { title: 'A Series', tvdbId: 81_189, path: '/data/tv/A Series', monitored: true },
  }));
}

const film = {
  ...{
    id: 1,
    title: 'A Film',
    year: 1999,
    tmdbId: 603,
    imdbId: 'tt0133093',
    monitored: true,
    hasFile: false,
  },
  ...{
    path: '/data/movies/A Film (1999)',
    digitalRelease: '2001-02-03T00:00:00Z',
    physicalRelease: '2000-01-02T00:00:00Z',
  },
};

const aBook = {
  ...{ id: 1, title: 'Emma', releaseDate: '1815-12-23T00:00:00Z', monitored: true },
  author: { authorName: 'Jane Austen', path: '/data/books/Jane Austen' },
  editions: [{ isbn13: '9780141439587', asin: '', format: 'ebook', isEbook: true, monitored: true }],
};

/** What each of the programs tells of itself in the tests: something of every kind. */
export function stageArr(kind: ArrKind, { episodes: count = 3 } = {}): StagedArr {
  switch (kind) {
    case 'sonarr':
      return {
        lists: { ...shared, releaseprofile: [], rootfolder: [folder('/data/tv')] },
        wanted: episodes(count),
      };
    case 'radarr':
      return {
        lists: { ...shared, rootfolder: [folder('/data/movies')] },
        wanted: [film, { id: 2, odd: true }],
      };
    case 'readarr':
      return {
        lists: { ...shared, metadataprofile: [], rootfolder: [folder('/data/books')] },
        wanted: [aBook],
      };
    case 'prowlarr':
      return {
        lists: { ...shared, indexer: PROWLARR_INDEXERS, applications: [{ id: 1, name: 'Sonarr' }] },
        wanted: [],
      };
  }
}

function folder(path: string): object {
  return { id: 1, path, accessible: true, freeSpace: 1_000_000 };
}

const PROWLARR_INDEXERS = [
  { id: 4, name: 'One', enable: true, protocol: 'torrent', priority: 1, capabilities: { categories: [] } },
  { id: 9, name: 'Two', enable: false, protocol: 'usenet', priority: 30, capabilities: null },
];
