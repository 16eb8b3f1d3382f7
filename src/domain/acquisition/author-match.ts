import { similarityTo } from './likeness.js';
import { hasWords, normalizeName } from './normalize-title.js';
import { readTitle, type ReadTitle } from './read-title.js';
import type { MediaItem, Release } from './release.js';

export interface AuthorMatch {
  /** Authors found of those asked for. */
  matched: number;
  /** 0 where the item names no author: nothing can be said then. */
  total: number;
  /** Best likeness of a name that is not found as it is, 0 to 1. */
  likeness: number;
}

/** From this likeness on, two spellings are one name (§3.3). */
export const SAME_NAME = 0.85;

/** Found by the whole name, by a likeness ≥ 0.85, or by first and last name within 30 characters (§3.3). */
export function authorMatcher(item: MediaItem): (release: Release, read?: ReadTitle) => AuthorMatch {
  const authors = splitAuthors(item.author ?? '').map((author) => ({
    name: normalizeName(author),
    likenessTo: similarityTo(author),
  }));
  return (release, { named: title } = readTitle(release.title)) => {
    const text = release.author === undefined ? title : `${normalizeName(release.author)} ${title}`;
    const others = authors.filter(({ name }) => !isNamed(name, text));
    if (others.length === 0) return { matched: authors.length, total: authors.length, likeness: 0 };
    const named = authors.length - others.length;
    const parts = namedParts(release);
    const likeness = others.map(({ likenessTo }) => Math.max(0, ...parts.map(likenessTo)));
    return {
      matched: named + likeness.filter((alike) => alike >= SAME_NAME).length,
      total: authors.length,
      likeness: Math.max(0, ...likeness),
    };
  };
}

function namedParts({ author, title }: Release): string[] {
  return [author ?? '', ...title.split(/\s[-–—]\s|[|()[\]{}]/u)];
}

/** "Terry Pratchett & Neil Gaiman" → two names; "Tolkien, J. R. R." stays one. */
export function splitAuthors(text: string): string[] {
  const names = text.split(/\s*(?:;|&|\/|\band\b|\bund\b|\bet\b)\s*/iu).flatMap(splitCommas);
  return names.map((name) => name.trim()).filter((name) => normalizeName(name) !== '');
}

/** A comma separates two full names, or a last name from its first names. */
function splitCommas(name: string): string[] {
  const parts = name.split(',').map((part) => part.trim());
  return parts.every((part) => /\s/.test(part)) ? parts : [parts.slice().reverse().join(' ')];
}

function isNamed(name: string, text: string): boolean {
  if (hasWords(text, name)) return true;
  const names = name.split(' ');
  const [first, last] = [names[0] ?? '', names.at(-1) ?? ''];
  if (names.length < 2 || !text.includes(first) || !text.includes(last)) return false;
  return distance(text, { first, last }) <= 30;
}

/** Characters between the nearest mentions of both words, in either order. */
function distance(text: string, { first, last }: { first: string; last: string }): number {
  const places = (word: string): number[] =>
    [...` ${text} `.matchAll(/(?<= )\S+(?= )/g)]
      .filter(([found]) => found === word)
      .map(({ index }) => index);
  const gaps = places(first).flatMap((from) => places(last).map((to) => gap({ from, to, first, last })));
  return Math.min(Number.POSITIVE_INFINITY, ...gaps);
}

function gap({ from, to, first, last }: { from: number; to: number; first: string; last: string }): number {
  return to > from ? to - from - first.length : from - to - last.length;
}
