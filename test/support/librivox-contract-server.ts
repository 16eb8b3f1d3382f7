import { answerItem, type ArchiveEntry } from './archive-contract-server.js';
import { json, startSourceServer, type SourceServer } from './source-server.js';

export interface LibrivoxBook {
  id: number;
  title: string;
  /** The archive's item; empty: its audio lies nowhere yet. */
  identifier: string;
  firstName?: string;
  lastName?: string;
  readers?: string[];
  seconds?: number;
}

/**
 * A contract server for LibriVox’ API (acquisition.md §2.11), with the archive’s items behind it: titles that are
 * anchored by `^`, authors by last name, and "no hit" as 404 with an error.
 */
export function startLibrivoxContractServer(
  books: readonly LibrivoxBook[],
  entries: readonly ArchiveEntry[],
): Promise<SourceServer> {
  return startSourceServer({
    contentType: 'application/json',
    otherDocument: '{"version":1}',
    refused: { status: 401 },
    isApi: (path) => path === '/api/feed/audiobooks',
    answer: ({ path, query }, origin) => {
      if (path !== '/api/feed/audiobooks') return answerItem(entries, path);
      const found = books.filter((book) => fits(book, query));
      const offset = Number(query.get('offset') ?? 0);
      const page = found.slice(offset, offset + Number(query.get('limit') ?? 50));
      if (page.length === 0) return json({ error: 'Audiobooks could not be found' }, 404);
      return json({ books: page.map((book) => write(book, origin)) });
    },
  });
}

function fits({ title, lastName = 'Asimov' }: LibrivoxBook, query: URLSearchParams): boolean {
  const asked = (query.get('title') ?? '').toLowerCase();
  const author = (query.get('author') ?? '').toLowerCase();
  const isTitle = asked.startsWith('^')
    ? title.toLowerCase().startsWith(asked.slice(1))
    : title.toLowerCase().includes(asked);
  return isTitle && (author === '' || author === lastName.toLowerCase());
}

function write(book: LibrivoxBook, origin: string): unknown {
  const { id, title, identifier, firstName = 'Isaac', lastName = 'Asimov', readers = ['Ann Reader'] } = book;
  return {
    id: String(id),
    title,
    description: '<p>…</p>',
    language: 'English',
    copyright_year: '1951',
    num_sections: String(readers.length),
    url_rss: `${origin}/rss/${id}`,
    url_zip_file: `${origin}/zip/${id}`,
    url_librivox: `${origin}/book-${id}/`,
    url_iarchive: identifier === '' ? '' : `${origin}/details/${identifier}`,
    totaltime: '10:00:00',
    totaltimesecs: book.seconds ?? 36_000,
    authors: [{ id: '7', first_name: firstName, last_name: lastName, dob: '1920', dod: '1992' }],
    sections: readers.map((reader, at) => ({
      id: String(at),
      section_number: String(at + 1),
      title: `Part ${at + 1}`,
      listen_url: `${origin}/part.mp3`,
      playtime: '600',
      readers: [{ reader_id: '1', display_name: reader }],
    })),
  };
}
