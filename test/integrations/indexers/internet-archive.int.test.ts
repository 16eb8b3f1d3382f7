import { afterEach, describe, expect, it } from '@jest/globals';

import {
  createInternetArchiveIndexer,
  parseArchiveLink,
} from '../../../src/integrations/indexers/internet-archive/internet-archive.js';
import type { Indexer, IndexerQuery } from '../../../src/integrations/indexers/port.js';
import {
  makeReading,
  SHA1,
  startArchiveContractServer,
  type ArchiveEntry,
} from '../../support/archive-contract-server.js';
import type { SourceServer } from '../../support/source-server.js';
import { describeIndexerContract, failureOf, ITEM_FAULTS, type ContractRelease } from './contract.js';

const signal = new AbortController().signal;
const identifierOf = (guid: string): string => guid.replaceAll(' ', '_');

function adapterOf({ origin }: SourceServer, timeoutMs = 10_000): Indexer {
  return createInternetArchiveIndexer({ id: 'archive', baseUrl: origin, timeoutMs });
}

function asEntry({ guid, publishedAt, downloadFault }: ContractRelease): ArchiveEntry {
  const dates = { title: `Foundation ${guid}`, publicdate: publishedAt };
  return { ...makeReading(identifierOf(guid), dates), ...(downloadFault && { downloadFault }) };
}

describeIndexerContract(
  'The Internet Archive',
  { protocol: 'direct', keyed: false, tellsSize: false, tellsNewest: true, downloadFaults: ITEM_FAULTS },
  async (releases, timeoutMs) => {
    const server = await startArchiveContractServer(releases.map(asEntry));
    const { setFault, sentBytes, close } = server;
    return { indexer: adapterOf(server, timeoutMs), guidOf: identifierOf, setFault, sentBytes, close };
  },
);

describe('the Internet Archive', () => {
  let server: SourceServer;
  const query: IndexerQuery = { mode: 'search', text: 'Foundation', categories: [] };

  afterEach(async () => {
    await server.close();
  });

  async function serve(entries: ArchiveEntry[], options?: { perPage?: number }): Promise<Indexer> {
    server = await startArchiveContractServer(entries, options);
    return adapterOf(server);
  }

  const filesOf = async (indexer: Indexer, id: string) => {
    const found = await indexer.fetchRelease(`${server.origin}/details/${id}`, signal);
    return found.kind === 'files' ? found.files : [];
  };

  it('takes one set of files of an item, and its cover, each with size and SHA-1', async () => {
    const indexer = await serve([makeReading('one')]);
    expect(await filesOf(indexer, 'one')).toEqual(
      [
        ['foundation_01.mp3', 'foundation_01.mp3', 10_000_000],
        ['part two/foundation #2.mp3', 'part%20two/foundation%20%232.mp3', 12_000_000],
        ['foundation.jpg', 'foundation.jpg', 300_000],
      ].map(([path, place, sizeBytes]) => ({
        path,
        url: `${server.origin}/download/one/${String(place)}`,
        sizeBytes,
        checksum: { algorithm: 'sha-1', hex: SHA1.toLowerCase() },
      })),
    );
  });

  it('tells who wrote it, when it came, and what it comes as', async () => {
    const { releases } = await (await serve([makeReading('one', { year: '1951' })])).search(query, signal);
    expect(releases).toEqual([
      {
        indexerId: 'archive',
        guid: 'one',
        title: 'Isaac Asimov - Foundation one (1951) [MP3]',
        protocol: 'direct',
        downloadUrl: `${server.origin}/details/one`,
        infoUrl: `${server.origin}/details/one`,
        sizeBytes: 0,
        categories: [3030],
        publishedAt: '2026-03-01T12:00:00.000Z',
        author: 'Isaac Asimov',
        bookTitle: 'Foundation one',
        language: 'eng',
        freeleech: false,
      },
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['restricted access', { 'access-restricted-item': 'true' }],
    ['a collection that is lent', { collection: ['inlibrary', 'librivoxaudio'] }],
    ['streams only', { collection: ['librivoxaudio', 'stream_only'] }],
    ['no licence', { collection: ['audio_bookspoetry'] }],
    [
      'a licence that allows no copy',
      { collection: 'x', licenseurl: 'https://example.org/all-rights-reserved' },
    ],
  ])('leaves out what has %s, and refuses it by its address too', async (_name, more) => {
    const indexer = await serve([makeReading('one', more), makeReading('two')]);
    const { releases } = await indexer.search(query, signal);
    expect(releases?.map(({ guid }) => guid)).toEqual(['two']);
    expect((await failureOf(filesOf(indexer, 'one'))).kind).toBe('release_fault');
  });

  it('takes what a free licence covers, whatever its collection', async () => {
    const licenseurl = 'http://creativecommons.org/licenses/by/4.0/';
    const indexer = await serve([makeReading('one', { collection: 'x', licenseurl })]);
    expect((await indexer.search(query, signal)).releases).toHaveLength(1);
    expect(await filesOf(indexer, 'one')).toHaveLength(3);
  });

  it('says that an unknown item, which answers {}, is gone', async () => {
    const indexer = await serve([]);
    expect((await failureOf(filesOf(indexer, 'nothing'))).kind).toBe('gone');
  });

  it('refuses an item whose file would leave its folder, and one without a format that it reads', async () => {
    const bad = makeReading('bad');
    const metadata = { collection: 'librivoxaudio', mediatype: 'audio' };
    bad.item = { metadata, files: [{ name: '../../etc/x.mp3', format: 'VBR MP3' }] };
    const odd = { ...makeReading('odd'), item: { metadata, files: [{ name: 'a.shn', format: 'Shorten' }] } };
    const indexer = await serve([bad, odd]);
    expect((await failureOf(filesOf(indexer, 'bad'))).message).toContain('outside its folder');
    expect((await failureOf(filesOf(indexer, 'odd'))).message).toContain('no files of a format');
  });

  it('reads on behind a page that is shorter than asked', async () => {
    const entries = Array.from({ length: 120 }, (_, at) => makeReading(`n${at}`));
    const indexer = await serve(entries, { perPage: 40 });
    expect((await indexer.search(query, signal)).releases).toHaveLength(100);
    expect(server.requests.map((request) => request.query.get('page'))).toEqual(['1', '2', '3']);
  });

  it('asks by title and author, and takes no word for an operator', async () => {
    const indexer = await serve([]);
    await indexer.search(
      { mode: 'book', title: 'Foundation: NOT "empire"', author: 'Asimov', categories: [3030] },
      signal,
    );
    expect(server.requests[0]?.query.get('q')).toMatch(
      /^title:\(foundation not empire\) AND creator:\(asimov\) AND/,
    );
    expect(server.requests[0]?.query.get('q')).not.toContain('mediatype:texts');
  });

  it('is not asked for what it does not have', async () => {
    const indexer = await serve([makeReading('one')]);
    const outcome = await indexer.search({ ...query, categories: [5000] }, signal);
    expect(outcome).toEqual({ outcome: 'ok', releases: [] });
    expect(server.requests).toEqual([]);
  });
});

describe('parseArchiveLink', () => {
  it('knows the archive under its old names, and takes nothing else', () => {
    const old = parseArchiveLink('http://www.archive.org/details/foundation_1003_librivox');
    expect(old?.archive.href).toBe('https://archive.org/');
    expect(old?.identifier).toBe('foundation_1003_librivox');
    expect(parseArchiveLink('https://archive.org/search?q=x')).toBeUndefined();
    expect(parseArchiveLink('file:///details/x')).toBeUndefined();
    expect(parseArchiveLink('')).toBeUndefined();
  });
});
