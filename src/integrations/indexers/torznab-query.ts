import { Fault } from '../../domain/faults.js';
import { parseUrl } from './parse-url.js';
import type { IndexerCaps, IndexerQuery } from './port.js';

/**
 * The feed's address. A bare host gets `/api`; a path is taken as it is, since Jackett's ends otherwise.
 * @throws Fault bad_input for what is no address, and for one with a key or password: addresses are not sealed.
 */
export function parseBaseUrl(text: string): URL {
  const url = parseUrl(text.trim());
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Fault('bad_input', 'Expected an address that begins with http:// or https://', {
      remedy: 'Copy the Torznab address of the indexer, for example http://localhost:9696/1/api',
    });
  }
  if (url.username !== '' || url.password !== '' || url.searchParams.size > 0) {
    throw new Fault('bad_input', 'Expected an address without a key or password, got one that has more', {
      remedy: 'Give the key as the API key; there it is sealed',
    });
  }
  if (url.pathname === '/') url.pathname = '/api';
  return url;
}

/** Only parameters that the caps offer, where they are known: a book search falls back to plain text. */
export function queryParameters(
  { mode, text, author, title, categories }: IndexerQuery,
  caps?: IndexerCaps,
): Record<string, string> {
  const cat = categories.length === 0 ? {} : { cat: categories.join(',') };
  const offered = caps?.searching['book-search'] ?? [];
  const asBook =
    mode === 'book' && (caps === undefined || (offered.includes('author') && offered.includes('title')));
  const words = [text, ...(asBook ? [] : [author, title])].filter(
    (word) => word !== undefined && word !== '',
  );
  return {
    t: asBook ? 'book' : 'search',
    extended: '1',
    ...(words.length === 0 ? {} : { q: words.join(' ') }),
    ...(asBook && author !== undefined ? { author } : {}),
    ...(asBook && title !== undefined ? { title } : {}),
    ...cat,
  };
}
