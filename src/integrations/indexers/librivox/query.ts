import { queryText } from '../../../domain/acquisition/query-text.js';
import type { IndexerQuery } from '../port.js';

export const PAGE_SIZE = 50;

/** How far back "new" goes. */
const NEW_SECONDS = 30 * 86_400;

/** Catalogues put the article elsewhere or leave it out. */
const ARTICLE = /^(?:the|a|an|der|die|das|le|la|les|el|los|las)\s+/i;

/** LibriVox asks by title or author, never by free words; undefined where there is nothing to ask for. */
export function searchParameters(
  query: IndexerQuery,
  { offset, now }: { offset: number; now: Date },
): URLSearchParams | undefined {
  const asked = askedFor(query, now);
  if (asked === undefined) return undefined;
  const page = { limit: String(PAGE_SIZE), offset: String(offset) };
  return new URLSearchParams({ ...asked, extended: '1', coverart: '1', format: 'json', ...page });
}

function askedFor(query: IndexerQuery, now: Date): Record<string, string> | undefined {
  const { mode, author, title } = query;
  if (mode === 'latest') return { since: String(Math.floor(now.getTime() / 1_000) - NEW_SECONDS) };
  if (mode !== 'book') {
    const text = queryText(query);
    return text === '' ? undefined : { title: anchored(text) };
  }
  if (title === undefined && author === undefined) return undefined;
  return {
    ...(title === undefined ? {} : { title: anchored(title) }),
    // Its authors are found by their last names.
    ...(author === undefined ? {} : { author: author.trim().split(/\s+/).at(-1) ?? author }),
  };
}

/** `^` is the title's beginning; without its article it may stand behind one. */
function anchored(title: string): string {
  const bare = title.replace(ARTICLE, '');
  return bare === title ? `^${title}` : bare;
}
