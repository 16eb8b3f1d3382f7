import { normalizeName, titleSimilarity } from './normalize-title.js';
import type { MediaItem, Release } from './release.js';

export interface AuthorMatch {
  /** Authors found of those asked for. */
  matched: number;
  /** 0 where the item names no author: nothing can be said then. */
  total: number;
  /** Best likeness of the indexer's author field, 0 to 1. */
  likeness: number;
}

/** From this likeness on, two spellings are one name (§3.3). */
export const SAME_NAME = 0.85;

/** Found by the whole name, by a likeness ≥ 0.85, or by first and last name within 30 characters (§3.3). */
export function matchAuthors(item: MediaItem, release: Release): AuthorMatch {
  const authors = splitAuthors(item.author ?? '');
  const text = normalizeName(`${release.author ?? ''} | ${release.title}`);
  const parts = [release.author ?? '', ...release.title.split(/\s[-–—]\s|[|()[\]{}]/u)].filter(
    (part) => part.trim() !== '',
  );
  const likeness = authors.map((author) =>
    Math.max(0, ...parts.map((part) => titleSimilarity(author, part))),
  );
  const matched = authors.filter((author, at) => isNamed(author, text) || (likeness[at] ?? 0) >= SAME_NAME);
  return { matched: matched.length, total: authors.length, likeness: Math.max(0, ...likeness) };
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

function isNamed(author: string, text: string): boolean {
  const name = normalizeName(author);
  if (` ${text} `.includes(` ${name} `)) return true;
  const names = name.split(' ');
  const [first, last] = [names[0] ?? '', names.at(-1) ?? ''];
  if (names.length < 2) return false;
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
