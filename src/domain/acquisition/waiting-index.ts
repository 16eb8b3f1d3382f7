import { splitWords, requiredWords, isStopWord } from './normalize-title.js';
import type { MediaItem, Release } from './release.js';
import { LEAST_WORD_SHARE } from './title-match.js';
import { videoName } from './video-match.js';

/** Whom a new release may be for: far fewer than all that wait, and nobody whom a decision would give it to is left out. */
export type WaitingIndex<Waiting> = (release: Release) => Waiting[];

/**
 * An index over many items by the words of their titles. A release must have 80 % of them, so of an item with n words
 * it is enough to look under the n − ⌈0.8 n⌉ + 1 longest: no release that fits lacks all of those.
 */
export function indexWaiting<Waiting extends { item: MediaItem }>(
  waiting: readonly Waiting[],
): WaitingIndex<Waiting> {
  const byKey = new Map<string, Waiting[]>();
  for (const one of waiting) {
    for (const key of keysOf(one.item)) byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  const always = byKey.get(ANY) ?? [];
  return (release) => {
    const found = new Set(always);
    for (const key of keysIn(release)) for (const one of byKey.get(key) ?? []) found.add(one);
    return [...found];
  };
}

/** A title without any word ("???") is compared with everything. */
const ANY = '';

function keysOf(item: MediaItem): string[] {
  const ids = idKeys(item);
  const words = [...new Set(isVideo(item) ? tellingWords(videoName(item)) : requiredWords(item.title))];
  if (words.length === 0) return [ANY, ...ids];
  const enough = words.length - Math.ceil(words.length * LEAST_WORD_SHARE) + 1;
  return [...words.toSorted(longestFirst).slice(0, enough), ...ids];
}

function keysIn(release: Release): Set<string> {
  return new Set([...splitWords(release.title), ...splitWords(release.bookTitle ?? ''), ...idKeys(release)]);
}

function isVideo({ mediaType }: MediaItem): boolean {
  return mediaType === 'movie' || mediaType === 'episode';
}

function tellingWords(name: string): string[] {
  const words = splitWords(name);
  const telling = words.filter((word) => !isStopWord(word));
  return telling.length === 0 ? words : telling;
}

function longestFirst(one: string, other: string): number {
  return other.length - one.length || (one < other ? -1 : 1);
}

/** A film or a show may be named otherwise, where its id is told. */
function idKeys({ imdbId, tmdbId, tvdbId }: Pick<MediaItem, 'imdbId' | 'tmdbId' | 'tvdbId'>): string[] {
  const ids = { imdb: imdbId, tmdb: tmdbId, tvdb: tvdbId };
  return Object.entries(ids).flatMap(([name, id]) => (id === undefined ? [] : [`${name}:${id}`]));
}
