import { EDITION_WORDS } from './edition-words.js';
import { similarityTo } from './likeness.js';
import { guardsFor, type MatchTarget } from './match-guards.js';
import { splitWords } from './normalize-title.js';
import type { MediaItem } from './release.js';

export type FuzzyVerdict =
  | { verdict: 'matched'; id: string; score: number }
  | { verdict: 'needs_decision'; detail: string }
  | { verdict: 'none'; detail: string };

export interface ScoredTarget {
  target: MatchTarget;
  score: number;
}

export const TITLE_WEIGHT = 0.7;
const NAME_WEIGHT = 0.3;
export const LEAST_SCORE = 0.7;
const LEAD = 0.1;
/** Equal titles alone reach 0.70; a name less alike than this is somebody else's. */
const LEAST_NAME = 0.5;

/**
 * 0.7 × title + 0.3 × author, at least 0.70, with the guards of acquisition.md §1.11. Looks at every target; for many
 * items against one library, library-index.ts gives the same answer sooner.
 */
export function fuzzyMatch(item: MediaItem, targets: readonly MatchTarget[]): FuzzyVerdict {
  const scoreOf = scorerFor(item);
  return chooseMatch(
    item,
    targets.map((target) => ({ target, score: scoreOf(target) })),
  );
}

export function fuzzyScore(item: MediaItem, target: Omit<MatchTarget, 'id'>): number {
  return scorerFor(item)(target);
}

function scorerFor(item: MediaItem): (target: Omit<MatchTarget, 'id'>) => number {
  const titleLikeness = similarityTo(withoutEdition(item.title));
  const nameLikeness = item.author === undefined ? undefined : similarityTo(item.author);
  return (target) =>
    combineLikeness(
      titleLikeness(withoutEdition(target.title)),
      nameLikeness === undefined ? undefined : nameSimilarity(nameLikeness, target),
    );
}

/** Where no author is asked for, the title speaks alone. */
export function combineLikeness(title: number, name: number | undefined): number {
  return rounded(name === undefined ? title : TITLE_WEIGHT * title + NAME_WEIGHT * name);
}

/** The best of what is alike enough, unless a guard speaks against it or the next is too near. */
export function chooseMatch(item: MediaItem, scored: readonly ScoredTarget[]): FuzzyVerdict {
  const [best, next] = unguarded(item, scored);
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

/** The two best that no guard refuses: guards are slow, so none is asked about the rest. */
function unguarded(item: MediaItem, scored: readonly ScoredTarget[]): ScoredTarget[] {
  const sorted = scored
    .filter(({ score }) => score >= LEAST_SCORE)
    .toSorted((one, other) => other.score - one.score || (one.target.id < other.target.id ? -1 : 1));
  const guardOf = guardsFor(item);
  const kept: ScoredTarget[] = [];
  for (const one of sorted) {
    if (kept.length === 2) break;
    if (guardOf(one.target) === undefined) kept.push(one);
  }
  return kept;
}

/** A library may hold the author as the narrator, or the other way round. */
function nameSimilarity(
  likeness: (name: string) => number,
  target: Pick<MatchTarget, 'author' | 'narrator'>,
): number {
  const names = [target.author, target.narrator].filter((name) => name !== null);
  return Math.max(0, ...names.map(likeness));
}

function isByAnother({ author }: MediaItem, target: MatchTarget): boolean {
  if (author === undefined || target.author === null) return false;
  return nameSimilarity(similarityTo(author), target) < LEAST_NAME;
}

/** "The Tenant (Unabridged)" → "The Tenant"; brackets that say anything else stay. */
export function withoutEdition(title: string): string {
  if (!/[([{]/.test(title)) return title;
  return title.replace(/\s*[([{]([^)\]}]*)[)\]}]/g, (bracket, inner: string) =>
    splitWords(inner).every((word) => EDITION_WORDS.includes(word)) ? '' : bracket,
  );
}

/** Without it, 1 − 0.9 is less than 0.1. */
function rounded(score: number): number {
  return Math.round(score * 1e9) / 1e9;
}
