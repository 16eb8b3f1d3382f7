import { titleSimilarity } from './likeness.js';
import { hasWords, normalizeName, normalizeTitle } from './normalize-title.js';
import type { MediaItem } from './release.js';

/** How sure it is that files are what was asked for (acquisition.md §5.1 no. 4). */
export interface Confidence {
  /** 0 to 100. */
  percent: number;
  why: string;
}

/** The release was chosen by its name, and files without a word of their own do not speak against it. */
const UNTOLD: Confidence = {
  percent: 80,
  why: 'the files’ tags tell no title; the release was chosen by its name',
};
const UNLIKE = 0.4;
const OTHER_NAME = 0.5;

/**
 * By the tags of its files. Tags are poor witnesses: translated, abbreviated, of the wrong edition. So only those that
 * name another work and nobody who wrote ours make it less than half sure.
 */
export function tagConfidence(
  item: Pick<MediaItem, 'title' | 'author'>,
  tags: readonly Readonly<Record<string, string>>[],
): Confidence {
  const told = mostOften(tags.map(({ album, title }) => album ?? (tags.length === 1 ? title : undefined)));
  if (told === undefined) return UNTOLD;
  const name = mostOften(tags.map(({ album_artist: by, artist }) => by ?? artist));
  const title = likeness(told, item.title);
  const author =
    item.author === undefined || name === undefined ? undefined : nameLikeness(name, item.author);
  const isOther = title < UNLIKE && (author === undefined || author < OTHER_NAME);
  const score = 0.7 * title + 0.3 * (author ?? title);
  const why = `its tags name "${told}"${name === undefined ? '' : ` by ${name}`}`;
  return { percent: Math.round(100 * (isOther ? Math.min(score, 0.49) : Math.max(score, 0.5))), why };
}

/** Below this a person decides. */
export const LEAST_CONFIDENCE = 50;

function likeness(told: string, wanted: string): number {
  const [one, other] = [normalizeTitle(told), normalizeTitle(wanted)];
  return hasWords(one, other) || hasWords(other, one) ? 1 : titleSimilarity(told, wanted);
}

/** "Wells, H.G." and "H. G. Wells, Scott Brick" name H. G. Wells: the family name is enough. */
function nameLikeness(told: string, wanted: string): number {
  const family = normalizeName(wanted).split(' ').at(-1) ?? '';
  return hasWords(normalizeName(told), family) ? 1 : titleSimilarity(told, wanted);
}

function mostOften(values: readonly (string | undefined)[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) {
    const text = value?.trim() ?? '';
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}
