import { afterEach, describe, expect, it } from '@jest/globals';

import { listProwlarrIndexers } from '../../../src/integrations/indexers/prowlarr/list.js';
import { createProwlarrIndexer } from '../../../src/integrations/indexers/prowlarr/prowlarr.js';
import type { Indexer, IndexerQuery } from '../../../src/integrations/indexers/port.js';
import { startProwlarrContractServer, type ProwlarrServer } from '../../support/prowlarr-contract-server.js';
import { describeIndexerContract, failureOf, LINK_FAULTS, type ContractRelease } from './contract.js';

const API_KEY = 'pr0wl+key/of=32';
const signal = new AbortController().signal;
const query: IndexerQuery = { mode: 'search', text: 'Foundation', categories: [3030, 3040] };

describeIndexerContract(
  'Prowlarr',
  { protocol: 'torrent', keyed: true, tellsSize: true, tellsNewest: true, downloadFaults: LINK_FAULTS },
  async (releases, timeoutMs) => {
    const server = await startProwlarrContractServer({ releases, apiKey: API_KEY });
    return {
      indexer: adapterOf(server, timeoutMs),
      apiKey: API_KEY,
      guidOf: (guid) => `1:${guid}`,
      setFault: server.setFault,
      sentBytes: server.sentBytes,
      close: server.close,
    };
  },
);

function adapterOf({ origin }: ProwlarrServer, timeoutMs = 10_000): Indexer {
  return createProwlarrIndexer({ id: 'all', baseUrl: origin, apiKey: API_KEY, timeoutMs });
}

const book = (number: number): ContractRelease => ({
  ...{ guid: `g${number}`, title: `Foundation ${number}`, sizeBytes: 1, seeders: 1, author: 'x' },
  publishedAt: new Date(1_770_000_000_000 - number * 60_000).toISOString(),
});

describe('a Prowlarr indexer', () => {
  let server: ProwlarrServer;

  afterEach(async () => {
    await server.close();
  });

  async function serve(releases: ContractRelease[] = [], indexers?: unknown[]): Promise<Indexer> {
    server = await startProwlarrContractServer({
      ...{ releases, apiKey: API_KEY },
      ...(indexers && { indexers }),
    });
    return adapterOf(server);
  }

  it('sends the key in a header, and repeats keys instead of commas', async () => {
    await (await serve([book(1)])).search(query, signal);
    const [request] = server.requests;
    expect(request?.headers['x-api-key']).toBe(API_KEY);
    expect(request?.query.getAll('categories')).toEqual(['3030', '3040']);
    expect(String(request?.query)).not.toContain('apikey');
  });

  it.each<[IndexerQuery, string, string]>([
    [
      { mode: 'book', author: 'Isaac Asimov', title: 'Foundation', categories: [] },
      'book',
      '{author:Isaac Asimov}{title:Foundation}',
    ],
    [
      { mode: 'movie', title: 'Solaris', year: 1972, imdbId: 'tt0069293', categories: [] },
      'movie',
      '{imdbid:tt0069293}',
    ],
    [{ mode: 'movie', title: 'Solaris', year: 1972, categories: [] }, 'movie', 'Solaris 1972'],
    [
      { mode: 'tv', title: 'Severance', season: 2, episode: 7, tvdbId: 9, categories: [] },
      'tvsearch',
      '{tvdbid:9}{season:2}{episode:7}',
    ],
    [
      { mode: 'tv', title: 'Severance', season: 2, episode: 7, categories: [] },
      'tvsearch',
      'Severance S02E07',
    ],
    [{ mode: 'latest', categories: [] }, 'search', ''],
  ])('asks for %j as a %s search with "%s"', async (asked, type, words) => {
    await (await serve()).search(asked, signal);
    expect(server.requests[0]?.query.get('type')).toBe(type);
    expect(server.requests[0]?.query.get('query')).toBe(words);
  });

  it('no. 2 one bad indexer empties the search: an empty answer counts only while no indexer rests or is in trouble', async () => {
    const indexer = await serve([book(1)]);
    server.setEmptied(true);
    expect(await indexer.search(query, signal)).toEqual({ outcome: 'ok', releases: [] });
    server.setTrouble({ resting: [2] });
    expect(await indexer.search(query, signal)).toMatchObject({
      outcome: 'error',
      class: 'transient',
      detail: expect.stringContaining('1 of its indexers rest'),
    });
    const message = `Indexers unavailable due to failures: Beta ${API_KEY}`;
    server.setTrouble({ health: [{ source: 'IndexerStatusCheck', type: 'warning', message }] });
    const troubled = await indexer.search(query, signal);
    expect(troubled).toMatchObject({ outcome: 'error', class: 'transient' });
    expect(JSON.stringify(troubled)).toContain('Beta');
    expect(JSON.stringify(troubled)).not.toContain(API_KEY);
    server.setTrouble({ health: [{ source: 'UpdateCheck', type: 'warning', message: 'New update' }] });
    expect(await indexer.search(query, signal)).toEqual({ outcome: 'ok', releases: [] });
  });

  it('does not take an empty answer for none when it cannot ask how the indexers are', async () => {
    const indexer = await serve();
    server.setFault({ kind: 'status', status: 500 }, { after: 1 });
    expect(await indexer.search(query, signal)).toMatchObject({ outcome: 'error', class: 'transient' });
  });

  it('asks nothing more where something was found, also by the pages after it', async () => {
    const indexer = await serve(Array.from({ length: 100 }, (_, at) => book(at)));
    server.setTrouble({ resting: [2] });
    expect((await indexer.search(query, signal)).releases).toHaveLength(100);
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/v1/search', '/api/v1/search']);
  });

  it('offers what any enabled indexer can do, and their categories', async () => {
    const caps = await (await serve()).caps(signal);
    expect(caps.searching).toEqual({
      search: ['q'],
      'book-search': ['q', 'author', 'title'],
      'movie-search': ['q', 'imdbid', 'tmdbid'],
      'tv-search': ['q', 'season', 'ep', 'tvdbid'],
    });
    expect(caps.categories.map(({ id }) => id)).toEqual([3000, 3030, 2000, 7000]);
  });

  it('says that a Prowlarr without an enabled indexer finds nothing', async () => {
    const indexer = await serve(
      [],
      [{ id: 1, name: 'Off', enable: false, protocol: 'torrent', priority: 1 }],
    );
    expect(await failureOf(indexer.caps(signal))).toMatchObject({ kind: 'bad_input' });
  });

  it('hides the key in the page about a release', async () => {
    const { releases } = await (await serve([book(1)])).search(query, signal);
    expect(releases?.[0]?.infoUrl).toBe(`${server.origin}/details?id=1`);
  });
});

describe('the list of a Prowlarr’s indexers', () => {
  it('tells each with its own feed, kind, categories and priority', async () => {
    const server = await startProwlarrContractServer({ releases: [], apiKey: API_KEY });
    const { origin } = server;
    try {
      const listed = await listProwlarrIndexers({ baseUrl: `${origin}/`, apiKey: API_KEY }, signal);
      expect(listed.map(({ categories, ...rest }) => [rest, categories.length])).toEqual([
        [
          {
            id: 1,
            name: 'Alpha',
            protocol: 'torrent',
            kind: 'torznab',
            baseUrl: `${origin}/1/api`,
            priority: 10,
            enabled: true,
          },
          3,
        ],
        [
          {
            id: 2,
            name: 'Beta',
            protocol: 'usenet',
            kind: 'newznab',
            baseUrl: `${origin}/2/api`,
            priority: 25,
            enabled: true,
          },
          1,
        ],
        [
          {
            id: 3,
            name: 'Gamma',
            protocol: 'torrent',
            kind: 'torznab',
            baseUrl: `${origin}/3/api`,
            priority: 50,
            enabled: false,
          },
          0,
        ],
      ]);
      const refused = await failureOf(listProwlarrIndexers({ baseUrl: origin, apiKey: 'wrong' }, signal));
      expect(refused).toMatchObject({ kind: 'credentials', remedy: expect.stringContaining('Prowlarr') });
      server.setFault({ kind: 'html' });
      expect((await failureOf(listProwlarrIndexers({ baseUrl: origin, apiKey: API_KEY }, signal))).kind).toBe(
        'credentials',
      );
    } finally {
      await server.close();
    }
  });
});
