import { queryText } from '../../../domain/acquisition/query-text.js';
import type { IndexerQuery } from '../port.js';

const TYPES: Readonly<Record<IndexerQuery['mode'], string>> = {
  search: 'search',
  latest: 'search',
  book: 'book',
  movie: 'movie',
  tv: 'tvsearch',
};

/** Keys are repeated for lists: Prowlarr reads no commas (acquisition.md §2.2). */
export function searchParameters(query: IndexerQuery): URLSearchParams {
  const parameters = new URLSearchParams({ query: queryWords(query), type: TYPES[query.mode] });
  for (const category of query.categories) parameters.append('categories', String(category));
  return parameters;
}

/** Fields stand in braces in the query; where there are none it is plain text. */
function queryWords(query: IndexerQuery): string {
  const fields = Object.entries(fieldsOf(query)).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return queryText(query);
  const braces = fields.map(([name, value]) => `{${name}:${String(value).replaceAll(/[{}]/g, '')}}`);
  return braces.join('');
}

function fieldsOf(query: IndexerQuery): Record<string, string | number | undefined> {
  const { imdbId, tmdbId, tvdbId, season, episode, author, title } = query;
  switch (query.mode) {
    case 'search':
    case 'latest':
      return {};
    case 'book':
      return { author, title };
    case 'movie':
      return { imdbid: imdbId, tmdbid: tmdbId };
    case 'tv': {
      const known = imdbId ?? tmdbId ?? tvdbId;
      return known === undefined ? {} : { imdbid: imdbId, tmdbid: tmdbId, tvdbid: tvdbId, season, episode };
    }
  }
}
