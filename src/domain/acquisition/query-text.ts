import type { SearchQuery } from './search-plan.js';

/** `S01E02`, as release names number episodes. */
export function episodeNumber(season: number, episode: number): string {
  return `S${twoDigits(season)}E${twoDigits(episode)}`;
}

/** A query in plain words, for a source that knows no better: its own text, else what its fields say. */
export function queryText(query: Omit<SearchQuery, 'categories'>): string {
  const { mode, text, author, title, season, episode, year } = query;
  const more: Record<SearchQuery['mode'], (string | number | undefined)[]> = {
    search: [author, title],
    book: [author, title],
    movie: [title, year],
    tv: [title, season === undefined || episode === undefined ? undefined : episodeNumber(season, episode)],
    latest: [],
  };
  // A text stands for the title; author and numbers still narrow it.
  return [text, ...(text !== undefined && mode !== 'book' && mode !== 'search' ? [] : more[mode])]
    .filter((word) => word !== undefined && word !== '')
    .join(' ')
    .trim()
    .replaceAll(/\s+/g, ' ');
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
