import type { MediaItem } from './release.js';
import { dice, isStopWord, mainTitle, wordsOf } from './words.js';

/** The fields of a library item that the match looks at. */
export interface MatchTarget {
  id: string;
  title: string;
  author: string | null;
  narrator: string | null;
  asin: string | null;
  durationSeconds: number | null;
}

export type FuzzyVerdict =
  | { verdict: 'matched'; id: string; score: number }
  | { verdict: 'needs_decision'; detail: string }
  | { verdict: 'none'; detail: string };

const LEAST = 0.7;
const LEAD = 0.1;
const RUNTIME_TOLERANCE = 0.1;
const EDITION_WORDS = new Set(
  'unabridged edition audiobook audio book novel anniversary version read by'.split(' '),
);

/** 0.7 × title + 0.3 × author, at least 0.70, with the guards of acquisition.md §1.11. */
export function fuzzyMatch(item: MediaItem, targets: readonly MatchTarget[]): FuzzyVerdict {
  const scored = targets
    .filter((target) => guardOf(item, target) === undefined)
    .map((target) => ({ target, score: fuzzyScore(item, target) }))
    .filter(({ score }) => score >= LEAST)
    .sort((one, other) => other.score - one.score || (one.target.id < other.target.id ? -1 : 1));
  const [best, next] = scored;
  if (best === undefined)
    return { verdict: 'none', detail: `nothing in the library is 70 % like "${item.title}"` };
  if (next !== undefined && best.score - next.score < LEAD) {
    return {
      verdict: 'needs_decision',
      detail: `"${best.target.title}" and "${next.target.title}" are too much alike`,
    };
  }
  return { verdict: 'matched', id: best.target.id, score: best.score };
}

export function fuzzyScore(
  item: MediaItem,
  target: Pick<MatchTarget, 'title' | 'author' | 'narrator'>,
): number {
  const title = dice(item.title, target.title);
  if (item.author === undefined) return title;
  const names = [target.author, target.narrator].filter((name) => name !== null);
  return 0.7 * title + 0.3 * Math.max(0, ...names.map((name) => dice(item.author ?? '', name)));
}

/** Why a target that is alike enough is another work all the same. */
export function guardOf(item: MediaItem, target: MatchTarget): string | undefined {
  if (item.asin !== undefined && target.asin !== null && item.asin !== target.asin) return 'its ASIN differs';
  const volumes = [volumeOf(item.title) ?? item.seriesPart, volumeOf(target.title)];
  if (volumes[0] !== undefined && volumes[1] !== undefined && Number(volumes[0]) !== Number(volumes[1])) {
    return 'its volume differs';
  }
  if (item.runtimeSeconds !== undefined && target.durationSeconds !== null) {
    const off = Math.abs(target.durationSeconds - item.runtimeSeconds) / item.runtimeSeconds;
    if (off > RUNTIME_TOLERANCE) return 'its running time differs by more than 10 %';
  }
  return extraWord(item.title, target.title) ?? extraWord(target.title, item.title);
}

function volumeOf(title: string): string | undefined {
  return (
    /\b(?:book|vol(?:ume)?|part|#)\.? ?0*(\d{1,3})\b/i.exec(title)?.[1] ??
    /\b0*(\d{1,3})$/.exec(title.trim())?.[1]
  );
}

/** A word of the main title that the other has nowhere, and that is no stop or edition word. */
function extraWord(title: string, other: string): string | undefined {
  const had = new Set(wordsOf(other));
  const extra = wordsOf(mainTitle(title)).find(
    (word) => !had.has(word) && !isStopWord(word) && !EDITION_WORDS.has(word) && !isLike(word, had),
  );
  return extra === undefined ? undefined : `only one of them says "${extra}"`;
}

function isLike(word: string, words: ReadonlySet<string>): boolean {
  return [...words].some((candidate) => dice(word, candidate) >= 0.75);
}
