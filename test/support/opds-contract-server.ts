import type { ContractDownloadFault } from '../integrations/indexers/contract.js';
import { startSourceServer, type SourceReply, type SourceServer } from './source-server.js';

export interface OpdsBook {
  id: string;
  title: string;
  author: string;
  published: string;
  /** Default: an audiobook that is open to everybody. */
  links?: { rel: string; type: string; href: string }[];
  downloadFault?: ContractDownloadFault;
  /** Its file lies elsewhere: an address, or a path of the same server. */
  movedTo?: string;
  /** Default: 20,000 bytes of nothing. */
  bytes?: Buffer;
}

export interface OpdsCatalog {
  version: '1.2' | '2.0';
  books: readonly OpdsBook[];
  /** HTTP Basic. */
  user?: { username: string; password: string };
  pageSize?: number;
  /** Whether its files need the user too. */
  closedFiles?: boolean;
  /** `template`: in the link itself, without an OpenSearch description. */
  search?: 'description' | 'template' | 'none';
}

const OPEN = 'http://opds-spec.org/acquisition/open-access';

/** A contract server for catalogues of OPDS 1.2 and 2.0 (acquisition.md §2.11): search, paging, what is new, Basic. */
export function startOpdsContractServer(catalog: OpdsCatalog): Promise<SourceServer> {
  const { version, user } = catalog;
  return startSourceServer({
    contentType: version === '1.2' ? 'application/atom+xml;profile=opds-catalog' : 'application/opds+json',
    otherDocument: version === '1.2' ? '<opml><body/></opml>' : '{"version":1}',
    refused: { status: 401, headers: { 'www-authenticate': 'Basic realm="books"' } },
    isApi: (path) => path.startsWith('/opds'),
    answer: ({ path, query, headers }, origin) => {
      const isFile = path.startsWith('/files/');
      if (user !== undefined && (!isFile || catalog.closedFiles === true)) {
        const expected = Buffer.from(`${user.username}:${user.password}`).toString('base64');
        if (headers.authorization !== `Basic ${expected}`) return { status: 401 };
      }
      return isFile ? file(catalog, path) : page(catalog, { path, query, origin });
    },
  });
}

function page(
  catalog: OpdsCatalog,
  { path, query, origin }: { path: string; query: URLSearchParams; origin: string },
): SourceReply {
  const { version, books, pageSize = 100, search = 'description' } = catalog;
  if (path === '/opds/search.xml') return description(version);
  if (path === '/opds') {
    const link = version === '1.2' ? searchLink12(search) : searchLink20(search);
    return write(catalog, {
      books: [],
      links: [...link, { rel: 'http://opds-spec.org/sort/new', href: '/opds/new' }],
    });
  }
  const words = (query.get('q') ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const found = books.filter(({ title, author }) =>
    words.every((word) => `${title} ${author}`.toLowerCase().includes(word)),
  );
  const start = Number(query.get('start') ?? 0);
  const next = new URL(
    `${path}?q=${encodeURIComponent(query.get('q') ?? '')}&start=${start + pageSize}`,
    origin,
  );
  const links = start + pageSize < found.length ? [{ rel: 'next', href: next.pathname + next.search }] : [];
  return write(catalog, { books: found.slice(start, start + pageSize), links });
}

interface Link {
  rel: string;
  href: string;
  type?: string;
  templated?: boolean;
}

function searchLink12(search: OpdsCatalog['search']): Link[] {
  if (search === 'none') return [];
  if (search === 'template')
    return [{ rel: 'search', href: '/opds/search?q={searchTerms}', type: 'application/atom+xml' }];
  return [{ rel: 'search', href: '/opds/search.xml', type: 'application/opensearchdescription+xml' }];
}

function searchLink20(search: OpdsCatalog['search']): Link[] {
  if (search === 'none') return [];
  return [
    { rel: 'search', href: '/opds/search{?q,title,author}', type: 'application/opds+json', templated: true },
  ];
}

/** A web page's address stands first, as catalogues like to have it. */
function description(version: OpdsCatalog['version']): SourceReply {
  const type = version === '1.2' ? 'application/atom+xml' : 'application/opds+json';
  return {
    headers: { 'content-type': 'application/opensearchdescription+xml' },
    body: `<?xml version="1.0"?><OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/"><ShortName>x</ShortName>
<Url type="text/html" template="/web?q={searchTerms}"/>
<Url type="${type}" template="/opds/search?q={searchTerms}&amp;start={startIndex?}"/></OpenSearchDescription>`,
  };
}

function write(
  { version }: OpdsCatalog,
  { books, links }: { books: readonly OpdsBook[]; links: Link[] },
): SourceReply {
  return { body: version === '1.2' ? writeAtom(books, links) : writeJson(books, links) };
}

function linksOf({ id, links }: OpdsBook) {
  return links ?? [{ rel: OPEN, type: 'audio/mp4', href: `/files/${encodeURIComponent(id)}` }];
}

function writeAtom(books: readonly OpdsBook[], links: Link[]): string {
  const attributes = (link: object): string =>
    Object.entries(link)
      .map(([name, value]) => `${name}="${String(value).replaceAll('&', '&amp;')}"`)
      .join(' ');
  const entries = books.map(
    (
      book,
    ) => `<entry><id>${book.id}</id><title>${book.title}</title><author><name>${book.author}</name></author>
<dc:language>en</dc:language><published>${book.published}</published><updated>2026-03-09T00:00:00Z</updated>
${linksOf(book)
  .map((link) => `<link ${attributes(link)}/>`)
  .join('')}<link rel="http://opds-spec.org/image" type="image/jpeg" href="/cover.jpg"/></entry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/terms/">
<id>urn:x</id><title>House catalogue</title>${links.map((link) => `<link ${attributes(link)}/>`).join('')}${entries.join('')}</feed>`;
}

function writeJson(books: readonly OpdsBook[], links: Link[]): string {
  return JSON.stringify({
    metadata: { title: 'House catalogue', numberOfItems: books.length },
    links,
    publications: books.map((book) => ({
      metadata: {
        '@type': 'http://schema.org/Book',
        title: { en: book.title },
        identifier: book.id,
        author: [{ name: book.author, sortAs: 'x' }],
        language: 'en',
        published: book.published,
      },
      links: linksOf(book),
      images: [{ href: '/cover.jpg', type: 'image/jpeg' }],
    })),
  });
}

function file({ books }: OpdsCatalog, path: string) {
  const id = decodeURIComponent(path.slice('/files/'.length));
  const book = books.find((one) => one.id === id);
  if (book === undefined) return { status: 404 } satisfies SourceReply;
  const headers = {
    'content-type': 'audio/mp4',
    'content-disposition': `attachment; filename="x.m4b"; filename*=UTF-8''Foundation%20..%2F1.m4b`,
    'content-length': '20000',
  };
  if (book.movedTo !== undefined) {
    return { status: 302, headers: { location: book.movedTo } } satisfies SourceReply;
  }
  if (book.bytes !== undefined) {
    const type = { 'content-type': 'application/epub+zip', 'content-length': String(book.bytes.length) };
    return { headers: type, body: book.bytes } satisfies SourceReply;
  }
  return book.downloadFault ?? ({ headers, body: Buffer.alloc(20_000, 1) } satisfies SourceReply);
}
