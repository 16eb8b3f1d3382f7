import {
  chooseMatch,
  combineLikeness,
  LEAST_SCORE,
  TITLE_WEIGHT,
  withoutEdition,
  type FuzzyVerdict,
  type ScoredTarget,
} from './fuzzy-match.js';
import { dice, pairAt, similarityTo, squeezeTitle } from './likeness.js';
import type { MatchTarget } from './match-guards.js';
import type { MediaItem } from './release.js';

/** A library, ready for many questions. */
export interface LibraryIndex {
  /** The same answer as `fuzzyMatch` gives with all targets. */
  match: (item: MediaItem) => FuzzyVerdict;
}

/** Below this a title cannot be made up for by the most alike name. The rest is for rounding. */
const LEAST_TITLE = {
  named: (LEAST_SCORE - (1 - TITLE_WEIGHT)) / TITLE_WEIGHT - 1e-6,
  alone: LEAST_SCORE - 1e-6,
};

/**
 * Reads a library once. Dice's coefficient counts shared pairs of letters, so which titles have a pair tells the
 * coefficient of all of them exactly; only those alike enough are looked at, and each name in the library once.
 */
export function indexLibrary(targets: readonly MatchTarget[]): LibraryIndex {
  const titles = indexTitles(targets.map(({ title }) => squeezeTitle(withoutEdition(title))));
  const names = indexNames(targets);
  return {
    match: (item) => {
      const least = item.author === undefined ? LEAST_TITLE.alone : LEAST_TITLE.named;
      const nameLikeness = item.author === undefined ? undefined : names(item.author);
      const scored: ScoredTarget[] = [];
      titles(squeezeTitle(withoutEdition(item.title)), least, (place, likeness) => {
        const target = targets[place];
        const score = combineLikeness(likeness, nameLikeness?.(place));
        if (target !== undefined && score >= LEAST_SCORE) scored.push({ target, score });
      });
      return chooseMatch(item, scored);
    },
  };
}

type Found = (place: number, likeness: number) => void;

/** Finds all titles with at least the asked likeness. */
function indexTitles(titles: readonly string[]): (title: string, least: number, found: Found) => void {
  const holders = groupByPair(titles);
  const lengths = Uint32Array.from(titles, ({ length }) => length);
  const shared = new Uint16Array(titles.length);
  const single = groupSingles(titles);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  return (title, least, found) => {
    for (const pair of pairsOf(title)) countHolders(shared, holders.get(pair));
    const needed = neededPairs({ own: title.length, least, longest });
    for (let place = 0; place < shared.length; place += 1) {
      const [count, length] = [shared[place] ?? 0, lengths[place] ?? 0];
      if (count >= (needed[length] ?? 0)) found(place, dice(count, title.length + length));
    }
    shared.fill(0);
    for (const place of single.get(title) ?? []) found(place, 1);
  };
}

function countHolders(shared: Uint16Array, holders: Uint32Array | undefined): void {
  if (holders === undefined) return;
  for (const place of holders) shared[place] = (shared[place] ?? 0) + 1;
}

/** By the other title's length: how many pairs both must share at least to be alike enough; never none. */
function neededPairs({ own, least, longest }: { own: number; least: number; longest: number }): Uint16Array {
  return Uint16Array.from({ length: longest + 1 }, (_, length) =>
    Math.max(1, Math.ceil((least * Math.max(1, own + length - 2)) / 2)),
  );
}

/** The titles that have a pair, by the pair. */
function groupByPair(titles: readonly string[]): Map<number, Uint32Array> {
  const lists = new Map<number, number[]>();
  titles.forEach((title, place) => {
    for (const pair of pairsOf(title)) {
      const list = lists.get(pair);
      if (list === undefined) lists.set(pair, [place]);
      else list.push(place);
    }
  });
  return new Map([...lists].map(([pair, list]) => [pair, Uint32Array.from(list)]));
}

/** Titles of one letter have no pair; they are like themselves alone. */
function groupSingles(titles: readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  titles.forEach((title, place) => {
    if (title.length === 1) groups.set(title, [...(groups.get(title) ?? []), place]);
  });
  return groups;
}

/** A pair's second occurrence is another one than its first, so that counting them is Dice's minimum. */
function pairsOf(title: string): number[] {
  const pairs: number[] = [];
  const seen = new Map<number, number>();
  for (let at = 0; at + 1 < title.length; at += 1) {
    const pair = pairAt(title, at);
    const before = seen.get(pair) ?? 0;
    seen.set(pair, before + 1);
    pairs.push(pair + before * 2 ** 32);
  }
  return pairs;
}

/** Authors and narrators come again and again: each name is compared once an item. */
function indexNames(targets: readonly MatchTarget[]): (author: string) => (place: number) => number {
  const numbers = new Map<string, number>();
  const numberOf = (name: string | null): number => {
    if (name === null) return -1;
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  };
  const authors = Int32Array.from(targets, ({ author }) => numberOf(author));
  const narrators = Int32Array.from(targets, ({ narrator }) => numberOf(narrator));
  const names = [...numbers.keys()];
  return (author) => {
    const likeness = similarityTo(author);
    const known = new Map<number, number>();
    const likenessOf = (number: number): number => {
      const value = known.get(number) ?? likeness(names[number] ?? '');
      known.set(number, value);
      return value;
    };
    return (place) => Math.max(likenessOf(authors[place] ?? -1), likenessOf(narrators[place] ?? -1));
  };
}
