import { EDITION_WORDS } from './edition-words.js';
import { similarityTo } from './likeness.js';
import {
  foldTitle,
  hasWords,
  isStopWord,
  mainTitle,
  normalizeName,
  normalizeTitle,
  requiredWords,
  splitFolded,
  splitWords,
} from './normalize-title.js';
import { readTitle, type ReadTitle } from './read-title.js';
import { parseFormat } from './release-format.js';
import { phraseSearch } from './phrase.js';
import type { MediaItem, Release } from './release.js';
import { parseVolume, volumeBehindTitle } from './volume.js';

export interface TitleMatch {
  /** Share of the required words that the release has, 0 to 1. */
  wordShare: number;
  /** The item's title stands in the release as it is, and does not go on as another title. */
  complete: boolean;
  /** The words with which the release's title goes on: "foundation and empire" for "Foundation". */
  goesOn?: string;
  /** Best likeness of a part of the name, 0 to 1; 1 where it is complete, 0 where it is another title. */
  likeness: number;
  /** A volume number right behind the title. */
  volumeBehind?: number;
}

/** Of the required words a release must have so many (acquisition.md §3.3). */
export const LEAST_WORD_SHARE = 0.8;

/** Words around a title that make no other title of it: in a release's name more than in a library. */
const LABELS = new Set([
  ...EDITION_WORDS,
  ...(
    'series saga cycle chronicles trilogy abridged complete proper repack web cd english german french spanish ' +
    'novella new written'
  ).split(' '),
]);

/** Compares a release's name, or the book title that its indexer tells, with the item's title; read once for many. */
export function titleMatcher(item: MediaItem): (release: Release, read?: ReadTitle) => TitleMatch {
  const title = mainTitle(item.title);
  const search = phraseSearch([
    normalizeTitle(title).replace(/^(?:the|a|an|der|die|das|le|la|les|el|los) (?=.)/, ''),
  ]);
  const required = requiredWords(item.title);
  const isOwn = ownWords(item);
  const alike = [...new Set([item.title, title])].map(similarityTo);
  return (release, read = readTitle(release.title)) => {
    const told = release.bookTitle === undefined ? read.folded : foldTitle(release.bookTitle);
    const text = withoutDots(told);
    const passages = findPassages(text, search(text));
    if (passages.length === 0) {
      const wordShare = shareOfWords(required, [read, release.bookTitle]);
      const likeness = wordShare < LEAST_WORD_SHARE ? 0 : bestLikeness(alike, text);
      return { wordShare, complete: false, likeness };
    }
    const isAllowed = allowedWords(isOwn, release);
    const continued = passages.map((passage) => continuation(passage, { item, isAllowed }));
    const goesOn = continued.find((words, at) => words !== undefined && passages[at]?.bracketed === false);
    const volume = passages.map(({ rest }) => volumeBehindTitle(rest)).find((number) => number !== undefined);
    const complete = continued.includes(undefined) && goesOn === undefined;
    const likeness = complete ? 1 : goesOn === undefined ? bestLikeness(alike, text) : 0;
    const match: TitleMatch = { wordShare: 1, complete, likeness };
    if (goesOn !== undefined) match.goesOn = goesOn;
    if (volume !== undefined) match.volumeBehind = volume;
    return match;
  };
}

interface Passage {
  before: string;
  /** The title as the release writes it. */
  text: string;
  rest: string;
  bracketed: boolean;
}

/** "Isaac.Asimov_Foundation-GRP" → "Isaac Asimov Foundation": scene names have dots for spaces, and a group. */
function withoutDots(title: string): string {
  if (/\s/.test(title.trim())) return title.replaceAll('_', ' ');
  return title.replace(/-[\p{L}\p{N}]+$/u, '').replace(/[._]/g, ' ');
}

function findPassages(text: string, phrase: RegExp | undefined): Passage[] {
  const passages: Passage[] = [];
  if (phrase === undefined) return passages;
  // By hand: matchAll makes a new pattern each time. The last turn sets the place back to the beginning.
  for (let match = phrase.exec(text); match !== null; match = phrase.exec(text)) {
    const before = text.slice(0, match.index);
    const bracketed =
      before.lastIndexOf('[') > before.lastIndexOf(']') || before.lastIndexOf('(') > before.lastIndexOf(')');
    passages.push({ before, text: match[0], rest: text.slice(phrase.lastIndex), bracketed });
  }
  return passages;
}

/** A title that has one more telling word on either side is another title (§1.11: sequels). */
function continuation(
  { before, text, rest }: Passage,
  { item, isAllowed }: { item: MediaItem; isAllowed: (word: string) => boolean },
): string | undefined {
  const behind = nextWords(rest);
  if (behind.length > 0 && !isAllowed(behind.at(-1) ?? '')) return [text, ...behind].join(' ');
  // Without a known author the words before a title may well be the author's name.
  if (item.author === undefined) return undefined;
  const ahead = previousWords(before);
  if (ahead.length > 0 && !isAllowed(ahead[0] ?? '')) return [...ahead, text].join(' ');
  return undefined;
}

/** The words up to the first telling one, unless a separator ends the title before. */
function nextWords(rest: string): string[] {
  const clause = /^\s+(?!-\s)([^-–—:;,|/()[\]{}.]*)/u.exec(rest)?.[1] ?? '';
  if (/^\s*by\s/.test(clause)) return [];
  const words = splitFolded(clause);
  const telling = words.findIndex((word) => !isStopWord(word));
  return telling === -1 ? [] : words.slice(0, telling + 1);
}

function previousWords(before: string): string[] {
  if (!/\s$/.test(before)) return [];
  const clause = before.slice(before.search(/[^-–—:;,|/()[\]{}.]*$/u));
  const words = splitFolded(clause);
  const telling = words.findLastIndex((word) => !isStopWord(word));
  return telling === -1 ? [] : words.slice(telling);
}

function ownWords({ title, author, narrator, series }: MediaItem): Set<string> {
  const own = [title, author, narrator, series].map((text) => text ?? '');
  return new Set([...own.flatMap(splitWords), ...own.flatMap((text) => normalizeName(text).split(' '))]);
}

function allowedWords(own: ReadonlySet<string>, { author }: Release): (word: string) => boolean {
  const told = author === undefined ? [] : [...splitWords(author), ...normalizeName(author).split(' ')];
  return (word) =>
    own.has(word) ||
    told.includes(word) ||
    LABELS.has(word) ||
    parseFormat(word) !== undefined ||
    parseVolume(word) !== undefined ||
    /^\d+k?(?:bps|p)?$/.test(word) ||
    /^b0[a-z0-9]{8}$/.test(word);
}

function shareOfWords(
  required: readonly string[],
  [{ normal }, bookTitle]: [ReadTitle, string | undefined],
): number {
  const told = bookTitle === undefined ? '' : normalizeTitle(bookTitle);
  const found = required.filter((word) => hasWords(normal, word) || hasWords(told, word));
  return found.length / Math.max(1, required.length);
}

function bestLikeness(alike: readonly ((part: string) => number)[], text: string): number {
  let best = 0;
  for (const part of text.split(/\s[-–—]\s|[:;,|/()[\]{}]|\bby\b/u)) {
    for (const likenessTo of alike) best = Math.max(best, likenessTo(part));
  }
  return best;
}
