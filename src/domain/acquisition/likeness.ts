import { normalizeTitle } from './normalize-title.js';

/** Dice's coefficient on character pairs, spaces removed: 0 (nothing shared) to 1 (equal). */
export function titleSimilarity(left: string, right: string): number {
  return similarityTo(left)(right);
}

/** The same for one title against many: its pairs are counted once. */
export function similarityTo(left: string): (right: string) => number {
  const own = squeezeTitle(left);
  const pairs = countPairs(own);
  return (right) => {
    const other = squeezeTitle(right);
    if (own === '' || other === '') return 0;
    return own === other ? 1 : dice(sharedPairs(pairs, other), own.length + other.length);
  };
}

/** @param length - of both titles together. */
export function dice(shared: number, length: number): number {
  return (2 * shared) / Math.max(1, length - 2);
}

/** Normalized, without spaces. */
export function squeezeTitle(text: string): string {
  return normalizeTitle(text).replaceAll(' ', '');
}

/** A pair of UTF-16 code units as one number. */
export function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x1_00_00 + text.charCodeAt(at + 1);
}

function countPairs(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (let at = 0; at + 1 < text.length; at += 1) {
    const pair = pairAt(text, at);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

function sharedPairs(counts: ReadonlyMap<number, number>, text: string): number {
  const left = new Map<number, number>();
  let shared = 0;
  for (let at = 0; at + 1 < text.length; at += 1) {
    const pair = pairAt(text, at);
    const count = left.get(pair) ?? counts.get(pair) ?? 0;
    if (count > 0) shared += 1;
    if (count > 0) left.set(pair, count - 1);
  }
  return shared;
}
