import { inReadingOrder } from './classify.js';
import { fileStem } from './file-stem.js';
import { titleSimilarity } from './likeness.js';
import { hasWords, normalizeTitle } from './normalize-title.js';

/** What readers take best comes first (acquisition.md §5.4). */
const FORMATS = ['epub', 'pdf', 'mobi', 'azw3', 'azw', 'fb2', 'cbz', 'cbr'];

export interface ChosenEbook {
  path: string;
  /** Other books are there too, and none is called like the one that is wanted. */
  doubt?: string;
}

/** One file: the wanted book in the best of its formats. `paths` are ebooks alone, at least one. */
export function chooseEbook(paths: readonly string[], { title }: { title: string }): ChosenEbook | undefined {
  const books = new Map<string, string[]>();
  for (const path of inReadingOrder(paths)) {
    const name = normalizeTitle(fileStem(path));
    books.set(name, [...(books.get(name) ?? []), path]);
  }
  const ranked = [...books].toSorted(([one], [other]) => likeness(other, title) - likeness(one, title));
  const [best, next] = ranked;
  if (best === undefined) return undefined;
  const chosen = best[1].toSorted((one, other) => rank(one) - rank(other))[0];
  if (chosen === undefined) return undefined;
  const isSure = next === undefined || likeness(best[0], title) > likeness(next[0], title);
  if (isSure && (next === undefined || bears(best[0], title))) return { path: chosen };
  return { path: chosen, doubt: `${books.size} books are in the download` };
}

/** A name that bears the title beats one that is like it; a longer name is another volume rather. */
function likeness(name: string, title: string): number {
  return (bears(name, title) ? 1 : 0) + titleSimilarity(name, title);
}

function bears(name: string, title: string): boolean {
  return hasWords(name, normalizeTitle(title));
}

function rank(path: string): number {
  return FORMATS.indexOf(/\.([^.]+)$/.exec(path)?.[1]?.toLowerCase() ?? '');
}
