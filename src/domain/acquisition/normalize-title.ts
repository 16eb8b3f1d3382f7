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

/** Most names are plain; what needs Unicode's tables is slow, and decisions look at thousands of names. */
const PLAIN = /^[\t -~]*$/;

export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** Lower case, no marks, no apostrophes; punctuation stays, since it separates the parts of a release name. */
export function foldTitle(text: string): string {
  if (isPlain(text)) {
    const lower = text.toLowerCase();
    return /['`&]/.test(lower) ? lower.replace(/['`]/g, '').replace(/&/g, ' and ') : lower;
  }
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
  return normalizeFolded(foldTitle(text));
}

/** The same for what is folded already. */
export function normalizeFolded(folded: string): string {
  return folded.replace(betweenWords(folded), ' ').trim();
}

/** What is folded already, without anything between its words. */
export function squeezeFolded(folded: string): string {
  return folded.replace(betweenWords(folded), '');
}

function betweenWords(folded: string): RegExp {
  return isPlain(folded) ? /[^a-z0-9]+/g : /[^\p{L}\p{N}]+/gu;
}

/** Tells titles apart: a title without letters ("???") has no normal form and stands for itself. */
export function plainTitle(text: string): string {
  const normal = normalizeTitle(text);
  return normal === '' ? text.trim() : normal;
}

/** A person's name, with initials joined: "J. R. R. Tolkien" and "JRR Tolkien" become the same. */
export function normalizeName(text: string): string {
  return joinInitials(normalizeTitle(text));
}

/** The same for what is normalized already. */
export function joinInitials(normal: string): string {
  // Few names have two letters that stand alone side by side.
  if (!/(?:^| ). .(?: |$)/u.test(normal)) return normal;
  return normal.replace(/(?<=^| )(\p{L}) (?=\p{L}(?: |$))/gu, '$1');
}

export function splitWords(text: string): string[] {
  return splitFolded(foldTitle(text));
}

/** Whether `words` stand in `text` as whole words one behind the other; both normalized. No words stand nowhere. */
export function hasWords(text: string, words: string): boolean {
  if (words === '') return false;
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    const end = at + words.length;
    const begins = at === 0 || text[at - 1] === ' ';
    if (begins && (end === text.length || text[end] === ' ')) return true;
  }
  return false;
}

/** The words of what is folded already. */
export function splitFolded(folded: string): string[] {
  return folded.match(isPlain(folded) ? /[a-z0-9]+/g : /[\p{L}\p{N}]+/gu) ?? [];
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
