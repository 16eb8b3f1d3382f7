import { afterEach, describe, expect, it } from '@jest/globals';

import { createLibrivoxIndexer } from '../../../src/integrations/indexers/librivox/librivox.js';
import type { Indexer, IndexerQuery } from '../../../src/integrations/indexers/port.js';
import { makeReading, type ArchiveEntry } from '../../support/archive-contract-server.js';
import { startLibrivoxContractServer, type LibrivoxBook } from '../../support/librivox-contract-server.js';
import type { SourceServer } from '../../support/source-server.js';
import { describeIndexerContract, ITEM_FAULTS } from './contract.js';

const signal = new AbortController().signal;
const identifierOf = (guid: string): string => guid.replaceAll(' ', '_');

function adapterOf({ origin }: SourceServer, timeoutMs = 10_000): Indexer {
  return createLibrivoxIndexer({ id: 'librivox', baseUrl: origin, timeoutMs });
}

describeIndexerContract(
  'LibriVox',
  { protocol: 'direct', keyed: false, tellsSize: false, tellsNewest: true, downloadFaults: ITEM_FAULTS },
  async (releases, timeoutMs) => {
    const numbers = new Map(releases.map(({ guid }, at) => [guid, 100 - at]));
    const books = releases.map(({ guid }) => ({
      id: numbers.get(guid) ?? 0,
      title: `Foundation ${guid}`,
      identifier: identifierOf(guid),
    }));
    const entries = releases.map(({ guid, downloadFault }): ArchiveEntry => ({
      ...makeReading(identifierOf(guid)),
      ...(downloadFault && { downloadFault }),
    }));
    const server = await startLibrivoxContractServer(books, entries);
    const { setFault, sentBytes, close } = server;
    const guidOf = (guid: string): string => String(numbers.get(guid) ?? guid);
    return { indexer: adapterOf(server, timeoutMs), guidOf, setFault, sentBytes, close };
  },
);

describe('LibriVox', () => {
  let server: SourceServer;
  const query: IndexerQuery = { mode: 'search', text: 'Foundation', categories: [3030] };

  afterEach(async () => {
    await server.close();
  });

  async function serve(books: Partial<LibrivoxBook>[]): Promise<Indexer> {
    const whole = books.map((book, at) => ({ id: at + 1, title: 'Foundation', identifier: 'one', ...book }));
    server = await startLibrivoxContractServer(whole, [makeReading('one')]);
    return adapterOf(server);
  }

  it('tells author, narrator, language and an estimate of the size', async () => {
    const { releases } = await (await serve([{}])).search(query, signal);
    expect(releases).toEqual([
      {
        indexerId: 'librivox',
        guid: '1',
        title: 'Isaac Asimov - Foundation [MP3]',
        protocol: 'direct',
        downloadUrl: `${server.origin}/details/one`,
        infoUrl: `${server.origin}/book-1/`,
        sizeBytes: 576_000_000,
        categories: [3030],
        author: 'Isaac Asimov',
        bookTitle: 'Foundation',
        narrator: 'Ann Reader',
        language: 'English',
        freeleech: false,
      },
    ]);
  });

  it('names no narrator where several read, and leaves out what has no audio yet', async () => {
    const indexer = await serve([{ readers: ['Ann Reader', 'Bob Reader'] }, { identifier: '' }]);
    const { releases } = await indexer.search(query, signal);
    expect(releases).toHaveLength(1);
    expect(releases?.[0]).not.toHaveProperty('narrator');
  });

  it.each<[IndexerQuery, string | null, string | null]>([
    [query, '^Foundation', null],
    [{ mode: 'book', title: 'Foundation', author: 'Isaac Asimov', categories: [] }, '^Foundation', 'Asimov'],
    [{ mode: 'book', title: 'The Time Machine', author: 'Wells', categories: [] }, 'Time Machine', 'Wells'],
  ])('asks for %j by the title "%s" and the author "%s"', async (asked, title, author) => {
    await (await serve([])).search(asked, signal);
    expect(server.requests[0]?.query.get('title')).toBe(title);
    expect(server.requests[0]?.query.get('author')).toBe(author);
  });

  it('takes its 404 with an error for no hit, but no other error', async () => {
    const indexer = await serve([]);
    expect(await indexer.search(query, signal)).toEqual({ outcome: 'ok', releases: [] });
    await server.close();
    const other = { json: { error: 'Database is away' }, status: 404 };
    const failing = createLibrivoxIndexer({
      ...{ id: 'librivox', baseUrl: server.origin },
      fetch: () => Promise.resolve(Response.json(other.json, { status: other.status })),
    });
    expect(await failing.search(query, signal)).toMatchObject({ outcome: 'error', class: 'transient' });
  });

  it('has readings only, and is not asked for anything else', async () => {
    const indexer = await serve([{}]);
    expect(await indexer.search({ ...query, categories: [7020, 2000] }, signal)).toEqual({
      outcome: 'ok',
      releases: [],
    });
    expect(server.requests).toEqual([]);
  });

  it('reads page by page', async () => {
    const indexer = await serve(Array.from({ length: 60 }, (_, at) => ({ title: `Foundation ${at}` })));
    expect((await indexer.search(query, signal)).releases).toHaveLength(60);
    expect(server.requests.map((request) => request.query.get('offset'))).toEqual(['0', '50']);
  });
});
