import type { MediaItem } from './release.js';

/** Must be in the file when it is read back. */
export type BookTags = Record<string, string>;

/** An MP4 has a fixed set of names, and keeps a series as a show; all others take any name. */
export type TagFamily = 'mp4' | 'other';

/** What players know from the file itself (acquisition.md §5.4); the ASIN comes by itself, since an MP4 has no name for it. */
export function bookTags(item: MediaItem, family: TagFamily = 'mp4'): BookTags {
  const { title, author, narrator, year, series, seriesPart } = item;
  const part = series === undefined ? undefined : seriesPart;
  return known({
    title,
    album: title,
    artist: author,
    album_artist: author,
    composer: narrator,
    date: year === undefined ? undefined : String(year),
    ...(family === 'mp4' ? { show: series, episode_id: part } : { series, 'series-part': part }),
  });
}

/** Which of the book's files it is. */
export interface BookPart {
  /** From 1. */
  number: number;
  of: number;
  /** The title that the file has. */
  title: string | undefined;
}

/** Of one file of a book, with its ASIN; one of several keeps its own title, and has its number. */
export function fileTags(item: MediaItem, family: TagFamily, part: BookPart): BookTags {
  const { number, of } = part;
  const own = part.title?.trim() ?? '';
  return {
    ...bookTags(item, family),
    ...known({
      asin: item.asin,
      ...(of === 1
        ? {}
        : { title: own === '' ? `${item.title} - Part ${number}` : own, track: `${number}/${of}` }),
    }),
  };
}

const CARRIED = ['genre', 'comment', 'description', 'copyright'] as const;

/** What only the files' own tags tell, and is worth keeping; a player does without it. */
export function carriedTags(tags: Record<string, string>): BookTags {
  return known(Object.fromEntries(CARRIED.map((name) => [name, tags[name]])));
}

function known(tags: Record<string, string | undefined>): BookTags {
  const entries = Object.entries(tags).map(
    ([name, value]) => [name, value?.replaceAll('\0', '').trim() ?? ''] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
