import { afterEach, describe, expect, it } from '@jest/globals';

import type { FileAccess } from '../../../src/domain/acquisition/download.js';
import { createOpdsIndexer } from '../../../src/integrations/indexers/opds/opds.js';
import type { Indexer, IndexerQuery } from '../../../src/integrations/indexers/port.js';
import {
  startOpdsContractServer,
  type OpdsBook,
  type OpdsCatalog,
} from '../../support/opds-contract-server.js';
import type { SourceServer } from '../../support/source-server.js';
import { describeIndexerContract, failureOf, LINK_FAULTS } from './contract.js';

const signal = new AbortController().signal;
const USER = { username: 'reader', password: 'p4ss+word/of=books' };
const OPEN = 'http://opds-spec.org/acquisition/open-access';

function adapterOf({ origin }: SourceServer, user?: Partial<typeof USER>, timeoutMs = 10_000): Indexer {
  return createOpdsIndexer({
    ...{ id: 'books', baseUrl: `${origin}/opds`, timeoutMs },
    ...(user && { username: user.username ?? null, apiKey: user.password ?? '' }),
  });
}

/** How a client fetches the one file that this is. */
async function openOne(indexer: Indexer, url: string): Promise<FileAccess | undefined> {
  return (await indexer.openFiles?.([{ url, path: 'book' }], signal))?.get('book');
}

const { endless: _endless, ...FILE_FAULTS } = LINK_FAULTS;

for (const version of ['1.2', '2.0'] as const) {
  describeIndexerContract(
    `OPDS ${version}`,
    { protocol: 'direct', keyed: true, tellsSize: false, tellsNewest: true, downloadFaults: FILE_FAULTS },
    async (releases, timeoutMs) => {
      const books = releases.map(({ guid, author, publishedAt, downloadFault }): OpdsBook => ({
        ...{ id: guid, title: `Foundation ${guid}`, author, published: publishedAt },
        ...(downloadFault && { downloadFault }),
      }));
      const server = await startOpdsContractServer({ version, books, user: USER });
      const { setFault, sentBytes, close } = server;
      const guidOf = (guid: string): string => `${guid} M4B`;
      const [indexer, apiKey] = [adapterOf(server, USER, timeoutMs), USER.password];
      return { indexer, apiKey, guidOf, setFault, sentBytes, close };
    },
  );
}

describe.each(['1.2', '2.0'] as const)('an OPDS %s catalogue', (version) => {
  let server: SourceServer;
  const query: IndexerQuery = { mode: 'search', text: 'Foundation', categories: [] };

  afterEach(async () => {
    await server.close();
  });

  async function serve(books: Partial<OpdsBook>[], more: Partial<OpdsCatalog> = {}): Promise<Indexer> {
    server = await startOpdsContractServer({
      version,
      books: books.map((book, at) => ({
        ...{ id: `b${at}`, title: `Foundation ${at}`, author: 'Isaac Asimov', published: '2026-03-01' },
        ...book,
      })),
      ...more,
    });
    return adapterOf(server);
  }

  it('takes what is open to everybody, a release a format, and never what is sold, lent or locked', async () => {
    const link = (rel: string, type: string) => ({
      rel,
      type,
      href: `/files/${type.split('/').at(-1) ?? ''}`,
    });
    const acquisition = 'http://opds-spec.org/acquisition';
    const indexer = await serve([
      {
        links: [
          link(OPEN, 'application/epub+zip'),
          link(OPEN, 'application/pdf; charset=binary'),
          link(OPEN, 'application/vnd.readium.lcp.license.v1.0+json'),
          link(OPEN, 'text/html'),
          ...['', '/buy', '/borrow', '/subscribe', '/sample'].map((kind) =>
            link(acquisition + kind, 'application/epub+zip'),
          ),
        ],
      },
    ]);
    const { releases } = await indexer.search(query, signal);
    expect(releases).toEqual(
      [
        ['EPUB', 'epub+zip'],
        ['PDF', version === '1.2' ? 'pdf; charset=binary' : 'pdf; charset=binary'],
      ].map(([word, place]) => ({
        indexerId: 'books',
        guid: `b0 ${String(word)}`,
        title: `Isaac Asimov - Foundation 0 [${String(word)}]`,
        protocol: 'direct',
        downloadUrl: new URL(`/files/${String(place)}`, server.origin).href,
        sizeBytes: 0,
        categories: [7020],
        publishedAt: '2026-03-01T00:00:00.000Z',
        author: 'Isaac Asimov',
        bookTitle: 'Foundation 0',
        language: 'en',
        freeleech: false,
      })),
    );
  });

  it('gives what is asked for only: books where books are wanted', async () => {
    const indexer = await serve([{}]);
    expect((await indexer.search({ ...query, categories: [3030] }, signal)).releases).toHaveLength(1);
    expect(await indexer.search({ ...query, categories: [7020] }, signal)).toEqual({
      outcome: 'ok',
      releases: [],
    });
    const before = server.requests.length;
    await indexer.search({ ...query, categories: [2000] }, signal);
    expect(server.requests).toHaveLength(before);
  });

  it('follows the pages, three at most unless more are asked for', async () => {
    const indexer = await serve(
      Array.from({ length: 10 }, () => ({})),
      { pageSize: 2 },
    );
    expect((await indexer.search(query, signal)).releases).toHaveLength(6);
    expect((await indexer.search({ ...query, pages: 10 }, signal)).releases).toHaveLength(10);
  });

  it('says that it needs a user, and sends the user to the catalogue only', async () => {
    const foreign = await startOpdsContractServer({
      version,
      books: [{ id: 'x', title: 'x', author: 'x', published: '' }],
    });
    const links = [{ rel: OPEN, type: 'audio/mp4', href: `${foreign.origin}/files/x` }];
    const indexer = await serve([{ links }], { user: USER });
    expect(await indexer.search(query, signal)).toMatchObject({ outcome: 'error', class: 'auth' });
    expect((await failureOf(indexer.caps(signal))).kind).toBe('credentials');
    const { releases } = await adapterOf(server, USER).search(query, signal);
    expect(await adapterOf(server, USER).fetchRelease(releases?.[0]?.downloadUrl ?? '', signal)).toEqual({
      kind: 'files',
      files: [{ url: `${foreign.origin}/files/x`, path: 'Foundation ..1.m4b', sizeBytes: 20_000 }],
    });
    expect(foreign.requests[0]?.headers).not.toHaveProperty('authorization');
    await foreign.close();
  });

  it('tells who may have its files: what is to be entered where it lets nobody in, and never the password', async () => {
    await serve([{}], { user: USER, closedFiles: true });
    const link = `${server.origin}/files/b0`;
    const { host } = new URL(server.origin);
    const looked = await adapterOf(server, USER).fetchRelease(link, signal);
    expect(looked).toMatchObject({ files: [{ url: link, sizeBytes: 20_000 }] });
    expect(await failureOf(adapterOf(server).fetchRelease(link, signal))).toMatchObject({
      kind: 'credentials',
      message: `The catalogue "books" gives this file to its users only: HTTP 401 from ${host}`,
      remedy: expect.stringContaining('as username and secret of the indexer "books"'),
    });
    const wrong = adapterOf(server, { ...USER, password: 'not-this' });
    const refusals = [
      await failureOf(wrong.fetchRelease(link, signal)),
      await failureOf(openOne(wrong, link)),
    ];
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        kind: 'credentials',
        message: `The catalogue "books" refuses its user this file: HTTP 401 from ${host}`,
        remedy: expect.stringContaining('of the indexer "books" anew'),
      });
      expect(JSON.stringify([refusal.message, refusal.remedy])).not.toContain('not-this');
    }
  });

  it('hands its user to what fetches its files, where redirects end at itself, and to nobody else', async () => {
    const foreign = await startOpdsContractServer({
      version,
      books: [{ id: 'x', title: 'x', author: 'x', published: '' }],
    });
    await serve(
      [
        { id: 'here' },
        { id: 'moved', movedTo: '/files/here' },
        { id: 'away', movedTo: `${foreign.origin}/files/x?key=${encodeURIComponent(USER.password)}` },
        { id: 'gone', downloadFault: 'gone' },
      ],
      { user: USER, closedFiles: true },
    );
    const indexer = adapterOf(server, USER);
    const at = (path: string): string => `${server.origin}/files/${path}`;
    const authorization = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`;
    expect(await openOne(indexer, at('here'))).toEqual({ url: at('here'), headers: { authorization } });
    expect(await openOne(indexer, at('moved'))).toEqual({ url: at('here'), headers: { authorization } });
    expect(await openOne(indexer, at('away'))).toEqual({ url: `${foreign.origin}/files/x`, headers: {} });
    expect(foreign.requests).toHaveLength(1);
    expect(await openOne(indexer, `${foreign.origin}/files/x`)).toBeUndefined();
    expect(await openOne(adapterOf(server), at('here'))).toBeUndefined();
    expect(foreign.requests).toHaveLength(1);
    expect(foreign.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(foreign.requests[0]?.query.size).toBe(0);
    expect((await failureOf(openOne(indexer, at('gone')))).kind).toBe('gone');
    await foreign.close();
  });

  it('offers no search where the catalogue has none, and says so when it is asked', async () => {
    const indexer = await serve([{}], { search: 'none' });
    expect((await indexer.caps(signal)).searching).toEqual({});
    expect(await indexer.search(query, signal)).toMatchObject({ outcome: 'error', class: 'config' });
  });
});

describe('an OPDS 1.2 catalogue with its search address in the link', () => {
  it('is asked there', async () => {
    const book = { id: 'b', title: 'Foundation', author: 'Isaac Asimov', published: '2026-03-01' };
    const server = await startOpdsContractServer({ version: '1.2', books: [book], search: 'template' });
    const query: IndexerQuery = {
      mode: 'book',
      title: 'Foundation & more',
      author: 'Asimov',
      categories: [],
    };
    expect(await adapterOf(server).search(query, signal)).toEqual({ outcome: 'ok', releases: [] });
    expect(server.requests.map(({ path }) => path)).toEqual(['/opds', '/opds/search']);
    expect(server.requests[1]?.query.get('q')).toBe('Asimov Foundation & more');
    await server.close();
  });
});
