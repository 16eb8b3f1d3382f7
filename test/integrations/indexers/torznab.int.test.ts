import { afterEach, describe, expect, it } from '@jest/globals';

import type { TorznabFault } from '../../../src/cli/demo/torznab-faults.js';
import {
  startTorznabServer,
  type TorznabItem,
  type TorznabServer,
} from '../../../src/cli/demo/torznab-server.js';
import type { Indexer, IndexerQuery } from '../../../src/integrations/indexers/port.js';
import { createTorznabIndexer, type TorznabOptions } from '../../../src/integrations/indexers/torznab.js';
import {
  describeIndexerContract,
  failureOf,
  LINK_FAULTS,
  type ContractFault,
  type ContractRelease,
  type IndexerStage,
} from './contract.js';
import { writeNzb } from './nzbs.js';
import { writeTorrent } from './torrents.js';

const API_KEY = 'k3y+with/odd=signs';
const query: IndexerQuery = { mode: 'search', text: 'Foundation', categories: [3030] };
const signal = new AbortController().signal;

const abilities = { keyed: true, tellsSize: true, tellsNewest: true, downloadFaults: LINK_FAULTS } as const;

describeIndexerContract('Torznab', { ...abilities, protocol: 'torrent' }, startStage('torznab'));
describeIndexerContract('Newznab', { ...abilities, protocol: 'usenet' }, startStage('newznab'));

function startStage(kind: TorznabOptions['kind']) {
  return async (releases: ContractRelease[], timeoutMs: number): Promise<IndexerStage> => {
    const server = await startTorznabServer({
      items: releases.map((release) => ({ ...release, category: 3030 })),
      apiKey: API_KEY,
    });
    return {
      indexer: adapterOf(server, { kind, timeoutMs }),
      apiKey: API_KEY,
      setFault: (fault) => {
        server.setFault(fault === undefined ? undefined : inTorznab(fault));
      },
      sentBytes: server.sentBytes,
      close: server.close,
    };
  };
}

function inTorznab(fault: ContractFault): TorznabFault {
  switch (fault.kind) {
    case 'key_refused':
      return { kind: 'error', code: 100, description: `Wrong key ${API_KEY}` };
    case 'malformed':
      return { kind: 'broken_xml' };
    case 'wrong_document':
      return { kind: 'body', contentType: 'application/xml', body: '<opml><body/></opml>' };
    case 'huge':
      return { kind: 'endless' };
    case 'limited':
    case 'status':
    case 'html':
    case 'silent':
    case 'cut':
      return fault;
  }
}

function adapterOf(server: TorznabServer, more: Partial<TorznabOptions> = {}): Indexer {
  const { url } = server;
  return createTorznabIndexer({
    id: 'alpha',
    kind: 'torznab',
    name: 'Alpha',
    baseUrl: url,
    apiKey: API_KEY,
    timeoutMs: 10_000,
    ...more,
  });
}

function book(number: number, more: Partial<TorznabItem> = {}): TorznabItem {
  return {
    guid: `g${number}`,
    title: `Foundation ${number}`,
    category: 3030,
    sizeBytes: 1,
    seeders: 1,
    ...more,
  };
}

describe('a Torznab indexer', () => {
  const servers: TorznabServer[] = [];

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function serve(items: TorznabItem[]): Promise<TorznabServer> {
    const server = await startTorznabServer({ items, apiKey: API_KEY });
    servers.push(server);
    return server;
  }

  it.each<[number, object]>([
    [100, { outcome: 'error', class: 'auth' }],
    [199, { outcome: 'error', class: 'auth' }],
    [200, { outcome: 'error', class: 'config' }],
    [201, { outcome: 'error', class: 'config' }],
    [202, { outcome: 'error', class: 'config' }],
    [500, { outcome: 'throttled', retryAfterMs: 3_600_000 }],
    [501, { outcome: 'throttled', retryAfterMs: 3_600_000 }],
    [900, { outcome: 'error', class: 'transient' }],
    [910, { outcome: 'disabled' }],
  ])('reads the error code %i', async (code, expected) => {
    const server = await serve([]);
    server.setFault({ kind: 'error', code });
    expect(await adapterOf(server).search(query, signal)).toMatchObject(expected);
  });

  it('reads a limit that comes as plain text', async () => {
    const server = await serve([]);
    server.setFault({ kind: 'body', contentType: 'text/plain', body: 'Request limit reached (100/100)' });
    expect(await adapterOf(server).search(query, signal)).toMatchObject({
      outcome: 'throttled',
      retryAfterMs: 3_600_000,
    });
  });

  it('takes 503 with Retry-After for a limit', async () => {
    const server = await serve([]);
    server.setFault({ kind: 'status', status: 503, retryAfter: '5' });
    expect(await adapterOf(server).search(query, signal)).toMatchObject({
      outcome: 'throttled',
      retryAfterMs: 5_000,
    });
  });

  it('recognizes a log-in page whatever its content type says, and a feed that is labelled as HTML', async () => {
    const server = await serve([]);
    server.setFault({
      kind: 'body',
      contentType: 'application/xml',
      body: '<!DOCTYPE html><html><body/></html>',
    });
    expect(await adapterOf(server).search(query, signal)).toMatchObject({ outcome: 'error', class: 'auth' });
    server.setFault({ kind: 'body', contentType: 'text/html', body: '<rss><channel></channel></rss>' });
    expect(await adapterOf(server).search(query, signal)).toEqual({ outcome: 'ok', releases: [] });
  });

  it('says that a feed without a channel, or with unreadable items only, is broken', async () => {
    const server = await serve([]);
    for (const body of ['<rss/>', '<rss><channel><item><size>1</size></item></channel></rss>']) {
      server.setFault({ kind: 'body', contentType: 'application/xml', body });
      expect(await adapterOf(server).search(query, signal)).toMatchObject({
        outcome: 'error',
        class: 'format',
      });
    }
  });

  it('reads the attributes of both namespaces, and every field that the decision uses', async () => {
    const server = await serve([]);
    const attributes = {
      seeders: '3',
      peers: '5',
      infohash: 'C'.repeat(40),
      magneturl: `magnet:?xt=urn:btih:${'c'.repeat(40)}`,
      minimumratio: '1.5',
      minimumseedtime: '172800',
      downloadvolumefactor: '0',
      author: 'Isaac Asimov',
      booktitle: 'Foundation',
      language: 'English',
      narrator: 'Scott Brick',
      files: '12',
      grabs: '7',
      imdb: '0069293',
      tmdbid: '593',
      tvdbid: '0',
      category: '3030',
      size: '123',
    };
    const half = Object.entries(attributes).map(
      ([name, value], at) =>
        `<${at % 2 === 0 ? 'torznab' : 'newznab'}:attr name="${name}" value="${value}"/>`,
    );
    const item = `<item><title><![CDATA[Foundation & more]]></title><guid>one</guid><category>100042</category>
      <comments>http://user:pw@127.0.0.1/details/1?id=4&amp;passkey=abc#comments</comments>
      <pubDate>Mon, 02 Mar 2026 10:00:00 +0000</pubDate>
      <enclosure url="http://127.0.0.1/x.torrent" type="application/x-bittorrent"/>${half.join('')}</item>`;
    server.setFault({
      kind: 'body',
      contentType: 'application/xml',
      body: `<rss><channel>${item}</channel></rss>`,
    });
    expect(await adapterOf(server).search(query, signal)).toEqual({
      outcome: 'ok',
      releases: [
        {
          indexerId: 'alpha',
          guid: 'one',
          title: 'Foundation & more',
          protocol: 'torrent',
          downloadUrl: 'http://127.0.0.1/x.torrent',
          magnetUrl: attributes.magneturl,
          infoHash: 'c'.repeat(40),
          sizeBytes: 123,
          categories: [100042, 3030],
          seeders: 3,
          peers: 5,
          publishedAt: '2026-03-02T10:00:00.000Z',
          author: 'Isaac Asimov',
          bookTitle: 'Foundation',
          language: 'English',
          narrator: 'Scott Brick',
          files: 12,
          grabs: 7,
          imdbId: 'tt0069293',
          tmdbId: 593,
          infoUrl: 'http://127.0.0.1/details/1?id=4#comments',
          minimumRatio: 1.5,
          minimumSeedTimeSeconds: 172_800,
          freeleech: true,
        },
      ],
    });
  });

  it('decodes the charset that the XML declares', async () => {
    const server = await serve([]);
    const latin1 =
      '<?xml version="1.0" encoding="ISO-8859-1"?><rss><channel><item><title>Caf\u00e9</title><link>http://127.0.0.1/x</link></item></channel></rss>';
    // Headers and body of this stand-in are one reply: the contract server writes UTF-8 only.
    const reply = () =>
      Promise.resolve(
        new Response(Buffer.from(latin1, 'latin1'), { headers: { 'content-type': 'application/xml' } }),
      );
    const outcome = await adapterOf(server, { fetch: reply }).search(query, signal);
    expect(outcome.releases?.map(({ title }) => title)).toEqual(['Café']);
  });

  it('reads three pages of a hundred, and no more', async () => {
    const server = await serve(Array.from({ length: 450 }, (_, at) => book(at)));
    const outcome = await adapterOf(server).search(query, signal);
    expect(outcome.releases).toHaveLength(300);
    expect(server.requests.map(({ query: { offset } }) => offset)).toEqual(['0', '100', '200']);
  });

  it('asks once when the first page is the last', async () => {
    const server = await serve([book(1), book(2)]);
    expect((await adapterOf(server).search(query, signal)).releases).toHaveLength(2);
    expect(server.requests).toHaveLength(1);
  });

  it('stops when an indexer ignores the offset', async () => {
    const server = await serve([]);
    const items = Array.from(
      { length: 100 },
      (_, at) => `<item><title>F${at}</title><link>http://127.0.0.1/${at}</link></item>`,
    );
    server.setFault({
      kind: 'body',
      contentType: 'application/xml',
      body: `<rss><channel>${items.join('')}</channel></rss>`,
    });
    expect((await adapterOf(server).search(query, signal)).releases).toHaveLength(100);
    expect(server.requests).toHaveLength(2);
  });

  it('keeps the pages before a failing one, and does not call the answer complete', async () => {
    const server = await serve(Array.from({ length: 150 }, (_, at) => book(at)));
    server.setFault({ kind: 'limited', retryAfter: '60' }, { after: 1 });
    const outcome = await adapterOf(server).search(query, signal);
    expect(outcome).toMatchObject({ outcome: 'throttled', retryAfterMs: 60_000 });
    expect(outcome.releases).toHaveLength(100);
  });

  it('asks by author and title where the caps offer it, and in plain words where not', async () => {
    const asBook: IndexerQuery = {
      mode: 'book',
      author: 'Isaac Asimov',
      title: 'Foundation',
      categories: [],
    };
    const server = await serve([]);
    const adapter = adapterOf(server, { categories: [3030, 100_001] });
    await adapter.search(asBook, signal);
    expect(server.requests.at(-1)?.query).toMatchObject({
      t: 'book',
      author: 'Isaac Asimov',
      title: 'Foundation',
      cat: '3030,100001',
    });
    const caps = '<caps><searching><search available="yes" supportedParams="q"/></searching></caps>';
    server.setFault({ kind: 'body', contentType: 'application/xml', body: caps });
    await adapter.caps(signal);
    server.setFault(undefined);
    await adapter.search(asBook, signal);
    expect(server.requests.at(-1)?.query).toMatchObject({ t: 'search', q: 'Isaac Asimov Foundation' });
  });

  it.each<[object, IndexerQuery, object]>([
    [
      { t: 'movie', imdbid: '0069293' },
      { mode: 'movie', title: 'Solaris', year: 1972, imdbId: 'tt0069293', tmdbId: 593, categories: [2000] },
      { 'movie-search': 'q,imdbid' },
    ],
    [
      { t: 'movie', q: 'Solaris', year: '1972' },
      { mode: 'movie', title: 'Solaris', year: 1972, imdbId: 'tt0069293', categories: [2000] },
      { 'movie-search': 'q,year' },
    ],
    [
      { t: 'search', q: 'Solaris 1972' },
      { mode: 'movie', title: 'Solaris', year: 1972, imdbId: 'tt0069293', categories: [2000] },
      {},
    ],
    [
      { t: 'tvsearch', tvdbid: '371980', season: '2', ep: '7' },
      { mode: 'tv', title: 'Severance', season: 2, episode: 7, tvdbId: 371_980, categories: [5000] },
      { 'tv-search': 'q,season,ep,tvdbId' },
    ],
    [
      { t: 'tvsearch', q: 'Severance', season: '2', ep: '7' },
      { mode: 'tv', title: 'Severance', season: 2, episode: 7, tvdbId: 371_980, categories: [5000] },
      { 'tv-search': 'q,season,ep' },
    ],
    [
      { t: 'search', q: 'Severance S02E07' },
      { mode: 'tv', title: 'Severance', season: 2, episode: 7, tvdbId: 371_980, categories: [5000] },
      { 'tv-search': 'q' },
    ],
    [
      { t: 'book', isbn: '9780553293357' },
      { mode: 'book', isbn: '9780553293357', categories: [] },
      { 'book-search': 'q,isbn' },
    ],
  ])('asks with %j for %j where the caps offer %j', async (sent, asked, modes) => {
    const searching = Object.entries(modes).map(
      ([name, parameters]) => `<${name} available="yes" supportedParams="${String(parameters)}"/>`,
    );
    const caps = `<caps><searching><search available="yes"/>${searching.join('')}</searching></caps>`;
    const server = await startTorznabServer({ items: [], apiKey: API_KEY, caps });
    servers.push(server);
    const adapter = adapterOf(server);
    await adapter.caps(signal);
    await adapter.search(asked, signal);
    const {
      apikey: _key,
      extended: _extended,
      cat: _cat,
      limit: _limit,
      offset: _offset,
      ...query
    } = server.requests.at(-1)?.query ?? {};
    expect(query).toEqual(sent);
  });

  it('asks by the planned ids without having seen caps, and finds by them', async () => {
    const server = await serve([
      book(1, { category: 2000, attributes: { imdb: '0069293' } }),
      book(2, { category: 2000, attributes: { imdb: '0307479' } }),
    ]);
    const asked: IndexerQuery = { mode: 'movie', title: 'Solaris', imdbId: 'tt0069293', categories: [2000] };
    const { releases } = await adapterOf(server).search(asked, signal);
    expect(releases?.map(({ guid, imdbId }) => [guid, imdbId])).toEqual([['g1', 'tt0069293']]);
  });

  it('reads pages of what is new until the known one, and tells a gap where it does not come', async () => {
    const server = await serve(
      Array.from({ length: 450 }, (_, at) =>
        book(at, { publishedAt: new Date(1_770_000_000_000 - at * 60_000).toISOString() }),
      ),
    );
    const latest: IndexerQuery = { mode: 'latest', untilGuid: 'g150', categories: [] };
    const near = await adapterOf(server).search(latest, signal);
    expect(near).toMatchObject({ outcome: 'ok', reachedKnown: true });
    expect(server.requests.map(({ query: { q, offset } }) => [q, offset])).toEqual([
      [undefined, '0'],
      [undefined, '100'],
    ]);
    const far = await adapterOf(server).search({ ...latest, untilGuid: 'g420', pages: 2 }, signal);
    expect(far).toMatchObject({ outcome: 'ok', reachedKnown: false });
    expect(far.releases).toHaveLength(200);
    const wide = await adapterOf(server).search({ ...latest, untilGuid: 'g420', pages: 10 }, signal);
    expect(wide).toMatchObject({ outcome: 'ok', reachedKnown: true });
  });

  it('ends at what is older than asked for where the known one is gone from the list', async () => {
    const server = await serve(
      Array.from({ length: 450 }, (_, at) =>
        book(at, { publishedAt: new Date(1_770_000_000_000 - at * 60_000).toISOString() }),
      ),
    );
    const untilTime = new Date(1_770_000_000_000 - 120 * 60_000).toISOString();
    const latest: IndexerQuery = { mode: 'latest', untilGuid: 'gone', untilTime, pages: 10, categories: [] };
    const near = await adapterOf(server).search(latest, signal);
    expect(near).toMatchObject({ outcome: 'ok', reachedKnown: true });
    expect(near.releases).toHaveLength(200);
  });

  it('takes torrents on a Newznab feed for a wrong kind, not for results', async () => {
    const server = await serve([book(1, { torrent: writeTorrent().bytes })]);
    expect(await adapterOf(server, { kind: 'newznab' }).search(query, signal)).toMatchObject({
      outcome: 'error',
      class: 'config',
      detail: expect.stringContaining('the kind torznab'),
    });
  });

  it.each([
    ['an NZB without articles', '<nzb><file subject="x"><segments/></file></nzb>'],
    ['a broken NZB', '<?xml version="1.0"?><nzb><file>'],
    ['another XML document', '<?xml version="1.0"?><opml/>'],
  ])('refuses %s', async (_name, nzb) => {
    const server = await serve([book(1, { nzb: Buffer.from(nzb) })]);
    const adapter = adapterOf(server, { kind: 'newznab' });
    const failure = await failureOf(adapter.fetchRelease('/download/g1?apikey=__apikey__', signal));
    expect(failure.kind).toBe('release_fault');
  });

  it('reads an NZB with its document type, whatever the kind of the feed', async () => {
    const server = await serve([book(1, { nzb: writeNzb() })]);
    const file = await adapterOf(server).fetchRelease('/download/g1?apikey=__apikey__', signal);
    expect(file.kind).toBe('nzb');
  });

  it('asks for caps once, and again after a failure', async () => {
    const server = await serve([]);
    const adapter = adapterOf(server);
    server.setFault({ kind: 'status', status: 500 });
    expect((await failureOf(adapter.caps(signal))).kind).toBe('transient');
    server.setFault(undefined);
    const caps = await adapter.caps(signal);
    expect(await adapter.caps(signal)).toBe(caps);
    expect(caps).toMatchObject({
      server: 'Demo indexer',
      pageSize: 100,
      searching: { 'book-search': ['q', 'author', 'title'] },
    });
    expect(caps.searching).not.toHaveProperty('movie-search');
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    [{ kind: 'error', code: 101 }, 'credentials'],
    [{ kind: 'html' }, 'credentials'],
    [{ kind: 'limited', retryAfter: '9' }, 'throttled'],
    [{ kind: 'status', status: 404 }, 'bad_input'],
    [{ kind: 'body', contentType: 'application/xml', body: '<rss/>' }, 'bad_input'],
    [{ kind: 'status', status: 410 }, 'gone'],
  ] as const)('tells caps that came as %j with the fault %s', async (fault, kind) => {
    const server = await serve([]);
    server.setFault(fault);
    const failure = await failureOf(adapterOf(server).caps(signal));
    expect(failure.kind).toBe(kind);
  });

  it('takes a bare host for one whose feed is at /api', async () => {
    const server = await serve([book(1)]);
    const adapter = adapterOf(server, { baseUrl: new URL('/', server.url).href });
    expect(await adapter.search(query, signal)).toMatchObject({ outcome: 'ok' });
  });

  it.each([
    'ftp://host/api',
    'not an address',
    'http://user:hunter2@host/api',
    'http://host/api?apikey=hunter2',
  ])('refuses the address %s without repeating it', (baseUrl) => {
    const create = () => createTorznabIndexer({ id: 'a', kind: 'torznab', name: 'A', baseUrl });
    expect(create).toThrow(/^Expected an address/);
    expect(create).not.toThrow(/hunter2/);
  });

  describe('following a download link', () => {
    const torrent = writeTorrent();

    it('sends the key home and to no foreign host', async () => {
      const foreign = await serve([]);
      const keyOfTracker = 'passkey=tr4cker';
      const target = `${new URL('/file', foreign.url).href}?${keyOfTracker}&k=${encodeURIComponent(API_KEY)}`;
      const home = await serve([book(1, { redirectTo: target })]);
      const adapter = adapterOf(home);
      const [found] = (await adapter.search(query, signal)).releases ?? [];
      await failureOf(adapter.fetchRelease(found?.downloadUrl ?? '', signal));
      expect(home.requests.at(-1)?.query['apikey']).toBe(API_KEY);
      expect(foreign.requests.map(({ query: sent }) => sent)).toEqual([{ passkey: 'tr4cker' }]);
    });

    it('follows five redirects and not six', async () => {
      const hop = (from: number, to: number): TorznabItem =>
        book(from, { redirectTo: `/download/g${to}?apikey=${encodeURIComponent(API_KEY)}` });
      const server = await serve([
        hop(1, 2),
        hop(2, 3),
        hop(3, 4),
        hop(4, 5),
        hop(5, 6),
        hop(6, 7),
        book(7, { torrent: torrent.bytes }),
      ]);
      const adapter = adapterOf(server);
      expect(await adapter.fetchRelease('/download/g2?apikey=__apikey__', signal)).toMatchObject({
        kind: 'torrent',
      });
      const failure = await failureOf(adapter.fetchRelease('/download/g1?apikey=__apikey__', signal));
      expect(failure).toMatchObject({
        kind: 'release_fault',
        message: expect.stringContaining('more than 5 times'),
      });
    });

    it('refuses hosts that are not allowed, and other schemes', async () => {
      const server = await serve([
        book(1, { redirectTo: 'http://localhost:1/x' }),
        book(2, { redirectTo: 'file:///etc/passwd' }),
      ]);
      const adapter = adapterOf(server, { allowedHosts: ['tracker.example'] });
      for (const guid of ['g1', 'g2']) {
        const failure = await failureOf(adapter.fetchRelease(`/download/${guid}?apikey=__apikey__`, signal));
        expect(failure.kind).toBe('release_fault');
      }
    });

    it('tells a spent download limit and a refused key from a bad release', async () => {
      const server = await serve([
        book(1, { downloadFault: 'limited_xml' }),
        book(2, { torrent: torrent.bytes }),
      ]);
      const limited = await failureOf(
        adapterOf(server).fetchRelease('/download/g1?apikey=__apikey__', signal),
      );
      expect(limited).toMatchObject({ kind: 'throttled', retryAfterMs: 3_600_000 });
      const refused = await failureOf(
        adapterOf(server, { apiKey: 'wrong' }).fetchRelease('/download/g2?apikey=__apikey__', signal),
      );
      expect(refused.kind).toBe('credentials');
    });
  });
});
