import { EDITION_WORDS } from './edition-words.js';
import {
  foldTitle,
  isStopWord,
  mainTitle,
  normalizeName,
  normalizeTitle,
  requiredWords,
  splitWords,
  titleSimilarity,
} from './normalize-title.js';
import { parseFormat } from './release-format.js';
import { phrasePattern } from './parse-release-title.js';
import type { MediaItem, Release } from './release.js';
import { parseVolume, volumeBehindTitle } from './volume.js';

export interface TitleMatch {
  /** Share of the required words that the release has, 0 to 1. */
  wordShare: number;
  /** The item's title stands in the release as it is, and does not go on as another title. */
  complete: boolean;
  /** The words with which the release's title goes on: "foundation and empire" for "Foundation". */
  goesOn?: string;
  /** Best likeness of a part of the name, 0 to 1. */
  likeness: number;
  /** A volume number right behind the title. */
  volumeBehind?: number;
}

/** Words around a title that make no other title of it: in a release's name more than in a library. */
const LABELS = new Set([
  ...EDITION_WORDS,
  ...(
    'series saga cycle chronicles trilogy abridged complete proper repack web cd english german french spanish ' +
    'novella new written'
  ).split(' '),
]);

/** Compares a release's name, or the book title that its indexer tells, with the item's title. */
export function matchTitle(item: MediaItem, release: Release): TitleMatch {
  const text = foldTitle(withoutDots(release.bookTitle ?? release.title));
  const passages = findPassages(text, item);
  const allowed = allowedWords(item, release);
  const continued = passages.map((passage) => continuation(passage, { item, allowed }));
  const goesOn = continued.find((words, at) => words !== undefined && passages[at]?.bracketed === false);
  const volume = passages.map(({ rest }) => volumeBehindTitle(rest)).find((number) => number !== undefined);
  return {
    wordShare: shareOfWords(item.title, `${release.title} ${release.bookTitle ?? ''}`),
    complete: passages.length > 0 && continued.includes(undefined) && goesOn === undefined,
    ...(goesOn === undefined ? {} : { goesOn }),
    likeness: Math.max(0, ...titleParts(text).map((part) => bestSimilarity(item.title, part))),
    ...(volume === undefined ? {} : { volumeBehind: volume }),
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

function findPassages(text: string, item: MediaItem): Passage[] {
  const title = mainTitle(item.title);
  const pattern = phrasePattern(
    normalizeTitle(title).replace(/^(?:the|a|an|der|die|das|le|la|les|el|los) (?=.)/, ''),
  );
  if (pattern === undefined) return [];
  return [...text.matchAll(pattern)].map((match) => {
    const before = text.slice(0, match.index);
    const bracketed =
      before.lastIndexOf('[') > before.lastIndexOf(']') || before.lastIndexOf('(') > before.lastIndexOf(')');
    return { before, text: match[0], rest: text.slice(match.index + match[0].length), bracketed };
  });
}

/** A title that has one more telling word on either side is another title (§1.11: sequels). */
function continuation(
  { before, text, rest }: Passage,
  { item, allowed }: { item: MediaItem; allowed: (word: string) => boolean },
): string | undefined {
  const behind = nextWords(rest);
  if (behind.length > 0 && !allowed(behind.at(-1) ?? '')) return [text, ...behind].join(' ');
  // Without a known author the words before a title may well be the author's name.
  if (item.author === undefined) return undefined;
  const ahead = previousWords(before);
  if (ahead.length > 0 && !allowed(ahead[0] ?? '')) return [...ahead, text].join(' ');
  return undefined;
}

/** The words up to the first telling one, unless a separator ends the title before. */
function nextWords(rest: string): string[] {
  const clause = /^\s+(?!-\s)([^-–—:;,|/()[\]{}.]*)/u.exec(rest)?.[1] ?? '';
  if (/^\s*by\s/.test(clause)) return [];
  const words = splitWords(clause);
  const telling = words.findIndex((word) => !isStopWord(word));
  return telling === -1 ? [] : words.slice(0, telling + 1);
}

function previousWords(before: string): string[] {
  const clause = /([^-–—:;,|/()[\]{}.]*)\s+$/u.exec(before)?.[1] ?? '';
  const words = splitWords(clause);
  const telling = words.findLastIndex((word) => !isStopWord(word));
  return telling === -1 ? [] : words.slice(telling);
}

function allowedWords(item: MediaItem, release: Release): (word: string) => boolean {
  const own = [item.title, item.author, item.narrator, item.series, release.author].map((text) => text ?? '');
  const known = new Set([
    ...own.flatMap(splitWords),
    ...own.flatMap((text) => normalizeName(text).split(' ')),
  ]);
  return (word) =>
    known.has(word) ||
    LABELS.has(word) ||
    parseFormat(word) !== undefined ||
    parseVolume(word) !== undefined ||
    /^\d+k?(?:bps|p)?$/.test(word) ||
    /^b0[a-z0-9]{8}$/.test(word);
}

function shareOfWords(title: string, releaseText: string): number {
  const required = requiredWords(title);
  const present = new Set(splitWords(releaseText));
  return required.filter((word) => present.has(word)).length / Math.max(1, required.length);
}

function titleParts(text: string): string[] {
  return text.split(/\s[-–—]\s|[:;,|/()[\]{}]|\bby\b/u).filter((part) => part.trim() !== '');
}

function bestSimilarity(title: string, part: string): number {
  return Math.max(titleSimilarity(title, part), titleSimilarity(mainTitle(title), part));
}
