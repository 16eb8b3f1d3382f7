import type { ContractRelease } from '../integrations/indexers/contract.js';
import { json, startSourceServer, type SourceReply, type SourceServer } from './source-server.js';

export interface ProwlarrServer extends SourceServer {
  /** What its own back-off and its health page say. */
  setTrouble: (trouble: {
    resting?: number[];
    health?: { source: string; type: string; message: string }[];
  }) => void;
  /** One bad indexer empties every answer: `200 []` (Prowlarr#2538). */
  setEmptied: (emptied: boolean) => void;
}

const HOUR_MS = 3_600_000;

/** A contract server for Prowlarr's API v1 (acquisition.md §2.2) with its traps. */
export async function startProwlarrContractServer({
  releases,
  apiKey,
  indexers = INDEXERS,
}: {
  releases: readonly ContractRelease[];
  apiKey: string;
  indexers?: unknown[];
}): Promise<ProwlarrServer> {
  let trouble: Parameters<ProwlarrServer['setTrouble']>[0] = {};
  let emptied = false;
  const server = await startSourceServer({
    contentType: 'application/json; charset=utf-8',
    otherDocument: '{"version":"1.0"}',
    refused: json({ error: 'Unauthorized', key: apiKey }, 401),
    isApi: (path) => path.startsWith('/api/'),
    answer: ({ path, query, headers }, origin) => {
      if (path.endsWith('/download')) return download(releases, query, apiKey);
      if (headers['x-api-key'] !== apiKey) return json({ error: 'Unauthorized' }, 401);
      switch (path) {
        case '/api/v1/indexer':
          return json(indexers);
        case '/api/v1/indexerstatus':
          return json((trouble.resting ?? []).map(resting));
        case '/api/v1/health':
          return json(trouble.health ?? []);
        case '/api/v1/search':
          return json(emptied ? [] : search(releases, query, { origin, apiKey }));
        default:
          return json({ message: 'NotFound' }, 404);
      }
    },
  });
  return {
    ...server,
    setTrouble: (next) => {
      trouble = next;
    },
    setEmptied: (next) => {
      emptied = next;
    },
  };
}

function resting(indexerId: number) {
  const now = Date.now();
  return {
    id: indexerId,
    indexerId,
    disabledTill: new Date(now + HOUR_MS).toISOString(),
    mostRecentFailure: new Date(now).toISOString(),
    initialFailure: new Date(now - HOUR_MS).toISOString(),
  };
}

function search(
  releases: readonly ContractRelease[],
  query: URLSearchParams,
  { origin, apiKey }: { origin: string; apiKey: string },
): unknown[] {
  const words =
    (query.get('query') ?? '')
      .replaceAll(/\{\w+:|\}/g, ' ')
      .toLowerCase()
      .match(/\w+/g) ?? [];
  const found = releases.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const offset = Number(query.get('offset') ?? 0);
  return found.slice(offset, offset + Number(query.get('limit') ?? 100)).map((release) => {
    const link = `${origin}/1/download?apikey=${encodeURIComponent(apiKey)}&link=${encodeURIComponent(release.guid)}&file=x`;
    return {
      guid: release.guid,
      age: 1,
      size: release.sizeBytes,
      indexerId: 1,
      indexer: 'Alpha',
      title: release.title,
      imdbId: 0,
      tmdbId: 0,
      tvdbId: 0,
      publishDate: release.publishedAt,
      // Both are its own links; the magnet's answers with a redirect.
      ...(release.downloadFault === 'magnet' ? { magnetUrl: link } : { downloadUrl: link }),
      infoUrl: `${origin}/details?id=1&apikey=${encodeURIComponent(apiKey)}`,
      infoHash: release.infoHash,
      seeders: release.seeders,
      leechers: 3,
      protocol: 'torrent',
      indexerFlags: [],
      categories: [{ id: 3030, name: 'Audio/Audiobook', subCategories: [] }],
    };
  });
}

function download(releases: readonly ContractRelease[], query: URLSearchParams, apiKey: string) {
  if (query.get('apikey') !== apiKey) return { status: 401 } satisfies SourceReply;
  const release = releases.find(({ guid }) => guid === query.get('link'));
  if (release?.downloadFault !== undefined) return release.downloadFault;
  if (release?.torrent === undefined) return { status: 404 } satisfies SourceReply;
  return {
    headers: { 'content-type': 'application/x-bittorrent' },
    body: release.torrent,
  } satisfies SourceReply;
}

const CATEGORIES = [
  { id: 3000, name: 'Audio', subCategories: [{ id: 3030, name: 'Audio/Audiobook', subCategories: [] }] },
  { id: 2000, name: 'Movies', subCategories: [] },
];

/** Three as a house has them: one for torrents, one for usenet, one that is off. */
const INDEXERS = [
  {
    ...{ id: 1, name: 'Alpha', enable: true, protocol: 'torrent', privacy: 'private', priority: 10 },
    capabilities: {
      ...{ limitsMax: 100, limitsDefault: 100, categories: CATEGORIES, searchParams: ['q'] },
      tvSearchParams: ['q', 'season', 'ep', 'tvdbId'],
      movieSearchParams: ['q', 'imdbId'],
      bookSearchParams: ['q', 'author', 'title'],
    },
  },
  {
    ...{ id: 2, name: 'Beta', enable: true, protocol: 'usenet', privacy: 'private', priority: 25 },
    capabilities: {
      ...{ categories: [{ id: 7000, name: 'Books', subCategories: [] }], searchParams: ['q'] },
      ...{ tvSearchParams: [], movieSearchParams: ['q', 'tmdbId'], bookSearchParams: ['q'] },
    },
  },
  { id: 3, name: 'Gamma', enable: false, protocol: 'torrent', priority: 50, capabilities: null },
];
