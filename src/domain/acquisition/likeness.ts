import { foldTitle, squeezeFolded } from './normalize-title.js';

/** Dice's coefficient on character pairs, spaces removed: 0 (nothing shared) to 1 (equal). */
export function titleSimilarity(left: string, right: string): number {
  return similarityTo(left)(right);
}

/** The same for one title against many: its pairs are counted once. */
export function similarityTo(left: string): (right: string) => number {
  const own = squeezeTitle(left);
  const countShared = sharedPairs(own);
  return (right) => {
    const other = squeezeTitle(right);
    if (own === '' || other === '') return 0;
    return own === other ? 1 : dice(countShared(other), own.length + other.length);
  };
}

/** @param length - of both titles together. */
export function dice(shared: number, length: number): number {
  return (2 * shared) / Math.max(1, length - 2);
}

/** Normalized, without spaces. */
export function squeezeTitle(text: string): string {
  return squeezeFolded(foldTitle(text));
}

/** A pair of UTF-16 code units as one number. */
export function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x1_00_00 + text.charCodeAt(at + 1);
}

/** Counts how many pairs of `own` another text has, too; each counts as often as both have it. */
function sharedPairs(own: string): (text: string) => number {
  const places = new Map<number, number>();
  const counts: number[] = [];
  for (let at = 0; at + 1 < own.length; at += 1) {
    const pair = pairAt(own, at);
    const place = places.get(pair) ?? counts.length;
    places.set(pair, place);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return (text) => {
    const left = counts.slice();
    let shared = 0;
    for (let at = 0; at + 1 < text.length; at += 1) {
      const place = places.get(pairAt(text, at));
      const count = place === undefined ? 0 : (left[place] ?? 0);
      if (place === undefined || count === 0) continue;
      shared += 1;
      left[place] = count - 1;
    }
    return shared;
  };
}
