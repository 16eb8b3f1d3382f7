/** Letters that Unicode does not take apart into a plain letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
};

/** Words that carry no meaning of their own, in the languages of §3.4: en, de, es, fr. */
const STOP_WORDS = new Set(
  (
    'the a an of on in at by for and or to ' +
    'der die das den dem des ein eine einer und von im am zu ' +
    'el la los las un una de del en y ' +
    'le les une du et au aux'
  ).split(' '),
);

/** Lower case, no marks, no apostrophes; punctuation stays, since it separates the parts of a release name. */
export function foldTitle(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/['’‘`´]/g, '')
    .replace(/&/g, ' and ');
}

/** Folded, and everything that is no letter or digit becomes one space (acquisition.md §1.11). */
export function normalizeTitle(text: string): string {
  return foldTitle(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Tells titles apart: a title without letters ("???") has no normal form and stands for itself. */
export function plainTitle(text: string): string {
  const normal = normalizeTitle(text);
  return normal === '' ? text.trim() : normal;
}

/** A person's name, with initials joined: "J. R. R. Tolkien" and "JRR Tolkien" become the same. */
export function normalizeName(text: string): string {
  return normalizeTitle(text).replace(/(?<=^| )(\p{L}) (?=\p{L}(?: |$))/gu, '$1');
}

export function splitWords(text: string): string[] {
  const normal = normalizeTitle(text);
  return normal === '' ? [] : normal.split(' ');
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** The title before the colon and outside brackets; the whole title where nothing would be left. */
export function mainTitle(title: string): string {
  const outside = title.replace(/[([{][^)\]}]*[)\]}]/g, ' ');
  const main = (outside.split(':')[0] ?? '').trim();
  return normalizeTitle(main) === '' ? title : main;
}

/** The words that a release of this title must have: its main title's, minus stop words (§3.3). */
export function requiredWords(title: string): string[] {
  const words = splitWords(mainTitle(title));
  const telling = words.filter((word) => !isStopWord(word));
  return telling.length === 0 ? words : telling;
}

/** Dice's coefficient on character pairs, spaces removed: 0 (nothing shared) to 1 (equal). */
export function titleSimilarity(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => normalizeTitle(text).replaceAll(' ', ''));
  if (a === undefined || b === undefined || a === '' || b === '') return 0;
  if (a === b) return 1;
  const pairs = countPairs(a);
  let shared = 0;
  for (const [pair, count] of countPairs(b)) shared += Math.min(count, pairs.get(pair) ?? 0);
  return (2 * shared) / Math.max(1, a.length + b.length - 2);
}

function countPairs(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + 1 < text.length; at += 1) {
    const pair = text.slice(at, at + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}
