import { queryText } from '../../../domain/acquisition/query-text.js';
import type { Medium } from '../direct-source.js';
import type { IndexerQuery } from '../port.js';
import { FREE_COLLECTIONS } from './lawful.js';

/** Audio is mostly music and radio: books lie in these. */
const KINDS: Readonly<Record<Medium, string>> = {
  audio: 'mediatype:audio AND collection:(librivoxaudio OR audio_bookspoetry)',
  text: 'mediatype:texts',
  video: 'mediatype:movies',
};

const LAWFUL = [
  `(licenseurl:* OR collection:(${FREE_COLLECTIONS.join(' OR ')}))`,
  'NOT access-restricted-item:true',
].join(' AND ');

/** What is read of each hit. */
const FIELDS = [
  ...['identifier', 'title', 'creator', 'year', 'language', 'publicdate', 'mediatype', 'format'],
  ...['licenseurl', 'collection', 'access-restricted-item'],
];

export const ROWS = 50;

/** The parameters of advancedsearch.php; undefined where there is nothing to ask for. */
export function searchParameters(
  query: IndexerQuery,
  { media, page }: { media: readonly Medium[]; page: number },
): URLSearchParams | undefined {
  const words = wordsOf(query);
  if (media.length === 0 || (words === '' && query.mode !== 'latest')) return undefined;
  const kinds = media.map((medium) => `(${KINDS[medium]})`).join(' OR ');
  const asked = [words, `(${kinds})`, LAWFUL].filter((part) => part !== '').join(' AND ');
  const parameters = new URLSearchParams({ q: asked, rows: String(ROWS), page: String(page) });
  for (const field of FIELDS) parameters.append('fl[]', field);
  if (query.mode === 'latest') parameters.append('sort[]', 'publicdate desc');
  parameters.set('output', 'json');
  return parameters;
}

function wordsOf(query: IndexerQuery): string {
  const { mode, author, title, isbn } = query;
  if (mode === 'book' && isbn !== undefined) return `isbn:${plain(isbn)}`;
  if (mode === 'book' && title !== undefined) {
    const by = author === undefined ? '' : ` AND creator:(${plain(author)})`;
    return `title:(${plain(title)})${by}`;
  }
  // The year is a field there, and rarely filled in.
  const text = mode === 'movie' ? (query.text ?? title ?? '') : queryText(query);
  return plain(text) === '' ? '' : `(${plain(text)})`;
}

/** Words without what the query language would read: its signs, and its operators in capitals. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}']+/gu, ' ')
    .trim();
}
