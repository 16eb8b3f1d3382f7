import { queryText } from '../../domain/acquisition/query-text.js';
import { Fault } from '../../domain/faults.js';
import { parseUrl } from './parse-url.js';
import type { IndexerCaps, IndexerQuery } from './port.js';

/**
 * The feed's address. A bare host gets `/api`; a path is taken as it is, since Jackett's ends otherwise.
 * @throws Fault bad_input for what is no address, and for one with a key or password: addresses are not sealed.
 */
export function parseBaseUrl(text: string): URL {
  const url = parseAddress(
    text,
    'Copy the Torznab address of the indexer, such as http://localhost:9696/1/api',
  );
  if (url.pathname === '/') url.pathname = '/api';
  return url;
}

/** An address without secrets. @throws Fault bad_input */
export function parseAddress(text: string, remedy: string): URL {
  const url = parseUrl(text.trim());
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Fault('bad_input', 'Expected an address that begins with http:// or https://', { remedy });
  }
  if (url.username !== '' || url.password !== '' || url.searchParams.size > 0) {
    throw new Fault('bad_input', 'Expected an address without a key or password, got one that has more', {
      remedy: 'Give the key as the API key; there it is sealed',
    });
  }
  return url;
}

type Parameters = Record<string, string>;

/**
 * Only parameters that the caps offer, where they are known: a search by ids or fields falls back to plain text.
 * Without caps the query is taken as it comes, since whoever planned it has seen them.
 */
export function queryParameters(query: IndexerQuery, caps?: IndexerCaps): Parameters {
  const { categories } = query;
  return {
    ...(inFields(query, caps) ?? inWords(query)),
    extended: '1',
    ...(categories.length === 0 ? {} : { cat: categories.join(',') }),
  };
}

function inFields(query: IndexerQuery, caps: IndexerCaps | undefined): Parameters | undefined {
  switch (query.mode) {
    case 'search':
    case 'latest':
      return undefined;
    case 'book':
      return bookFields(query, offered(caps, 'book-search'));
    case 'movie':
      return movieFields(query, offered(caps, 'movie-search'));
    case 'tv':
      return episodeFields(query, offered(caps, 'tv-search'));
  }
}

/** Which parameters a search mode takes. */
type Offer = (parameter: string) => boolean;

function offered(caps: IndexerCaps | undefined, mode: string): Offer {
  if (caps === undefined) return () => true;
  const parameters = new Set((caps.searching[mode] ?? []).map((parameter) => parameter.toLowerCase()));
  return (parameter) => parameters.has(parameter);
}

function bookFields({ text, author, title, isbn }: IndexerQuery, offers: Offer): Parameters | undefined {
  if (isbn !== undefined && offers('isbn')) return { t: 'book', isbn };
  if (!offers('author') || !offers('title')) return undefined;
  return { t: 'book', ...defined({ q: text, author, title }) };
}

function movieFields(query: IndexerQuery, offers: Offer): Parameters | undefined {
  const ids = only(offers, idsOf(query));
  if (Object.keys(ids).length > 0) return { t: 'movie', ...ids };
  const { title, year } = query;
  if (title === undefined || year === undefined || !offers('q') || !offers('year')) return undefined;
  return { t: 'movie', q: title, year: String(year) };
}

/** Without numbers an id would bring the whole series. */
function episodeFields(query: IndexerQuery, offers: Offer): Parameters | undefined {
  const { title, season, episode } = query;
  if (season === undefined || episode === undefined || !offers('season') || !offers('ep')) return undefined;
  const numbers = { season: String(season), ep: String(episode) };
  const ids = only(offers, idsOf(query));
  if (Object.keys(ids).length > 0) return { t: 'tvsearch', ...ids, ...numbers };
  return title === undefined || !offers('q') ? undefined : { t: 'tvsearch', q: title, ...numbers };
}

/** IMDb's number goes without its `tt`: that is how Newznab began, and all read it. */
function idsOf({ imdbId, tmdbId, tvdbId }: IndexerQuery): Parameters {
  return defined({
    imdbid: imdbId?.replace(/^tt/i, ''),
    tmdbid: tmdbId?.toString(),
    tvdbid: tvdbId?.toString(),
  });
}

function inWords(query: IndexerQuery): Parameters {
  const words = queryText(query);
  return { t: 'search', ...(words === '' ? {} : { q: words }) };
}

function only(offers: Offer, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => offers(name)));
}

function defined(parameters: Record<string, string | undefined>): Parameters {
  const entries = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return Object.fromEntries(entries);
}
