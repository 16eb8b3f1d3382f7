/** Lower case, marks stripped, punctuation to spaces (acquisition.md §1.11). */
export function normalizeText(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/['’`]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const STOP_WORDS = new Set(
  'the a an of on in at by for and der die das ein eine und el la los las un una y le les une et'.split(' '),
);

export function wordsOf(text: string): string[] {
  return normalizeText(text)
    .split(' ')
    .filter((word) => word !== '');
}

export function mainTitle(title: string): string {
  const outside = title.replaceAll(/\([^)]*\)|\[[^\]]*\]/g, ' ');
  return outside.split(':')[0]?.trim() ?? outside;
}

/** Dice coefficient over character pairs, spaces removed: 0–1. */
export function dice(one: string, other: string): number {
  const first = pairs(one);
  const second = pairs(other);
  if (first.size === 0 || second.size === 0) return normalizeText(one) === normalizeText(other) ? 1 : 0;
  let shared = 0;
  for (const [pair, count] of first) shared += Math.min(count, second.get(pair) ?? 0);
  return (2 * shared) / (total(first) + total(second));
}

function pairs(text: string): Map<string, number> {
  const plain = normalizeText(text).replaceAll(' ', '');
  const counts = new Map<string, number>();
  for (let index = 0; index + 1 < plain.length; index += 1) {
    const pair = plain.slice(index, index + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}
