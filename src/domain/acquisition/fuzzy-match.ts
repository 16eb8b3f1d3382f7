import { guardOf, type MatchTarget } from './match-guards.js';
import { EDITION_WORDS } from './edition-words.js';
import { titleSimilarity } from './likeness.js';
import { splitWords } from './normalize-title.js';
import type { MediaItem } from './release.js';

export type FuzzyVerdict =
  | { verdict: 'matched'; id: string; score: number }
  | { verdict: 'needs_decision'; detail: string }
  | { verdict: 'none'; detail: string };

const LEAST = 0.7;
const LEAD = 0.1;
/** Equal titles alone reach 0.70; a name less alike than this is somebody else's. */
const LEAST_NAME = 0.5;

/** 0.7 × title + 0.3 × author, at least 0.70, with the guards of acquisition.md §1.11. */
export function fuzzyMatch(item: MediaItem, targets: readonly MatchTarget[]): FuzzyVerdict {
  const [best, next] = targets
    .filter((target) => guardOf(item, target) === undefined)
    .map((target) => ({ target, score: fuzzyScore(item, target) }))
    .filter(({ score }) => score >= LEAST)
    .sort((one, other) => other.score - one.score || (one.target.id < other.target.id ? -1 : 1));
  if (best === undefined)
    return { verdict: 'none', detail: `nothing in the library is 70 % like "${item.title}"` };
  if (next !== undefined && rounded(best.score - next.score) < LEAD) {
    return {
      verdict: 'needs_decision',
      detail: `"${best.target.title}" and "${next.target.title}" are too much alike`,
    };
  }
  if (isByAnother(item, best.target)) {
    const { title, author } = best.target;
    return { verdict: 'needs_decision', detail: `"${title}" is by ${author ?? 'somebody else'}` };
  }
  return { verdict: 'matched', id: best.target.id, score: best.score };
}

export function fuzzyScore(item: MediaItem, target: Omit<MatchTarget, 'id'>): number {
  const title = titleSimilarity(withoutEdition(item.title), withoutEdition(target.title));
  if (item.author === undefined) return rounded(title);
  return rounded(0.7 * title + 0.3 * nameSimilarity(item.author, target));
}

/** A library may hold the author as the narrator, or the other way round. */
function nameSimilarity(author: string, target: Pick<MatchTarget, 'author' | 'narrator'>): number {
  const names = [target.author, target.narrator].filter((name) => name !== null);
  return Math.max(0, ...names.map((name) => titleSimilarity(author, name)));
}

function isByAnother({ author }: MediaItem, target: MatchTarget): boolean {
  if (author === undefined || target.author === null) return false;
  return nameSimilarity(author, target) < LEAST_NAME;
}

/** "The Tenant (Unabridged)" → "The Tenant"; brackets that say anything else stay. */
function withoutEdition(title: string): string {
  return title.replace(/\s*[([{]([^)\]}]*)[)\]}]/g, (bracket, inner: string) =>
    splitWords(inner).every((word) => EDITION_WORDS.includes(word)) ? '' : bracket,
  );
}

/** Without it, 1 − 0.9 is less than 0.1. */
function rounded(score: number): number {
  return Math.round(score * 1e9) / 1e9;
}
