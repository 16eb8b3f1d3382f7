import type { MediaItem } from './release.js';

/** Must be in the file when it is read back. */
export type BookTags = Record<string, string>;

/** What players know from the file itself (acquisition.md §5.4): an MP4 has `show` and `episode_id` for a series. */
export function bookTags(item: MediaItem): BookTags {
  const { title, author, narrator, year, series, seriesPart } = item;
  return known({
    title,
    album: title,
    artist: author,
    album_artist: author,
    composer: narrator,
    date: year === undefined ? undefined : String(year),
    show: series,
    episode_id: series === undefined ? undefined : seriesPart,
  });
}

const CARRIED = ['genre', 'comment', 'description', 'copyright'] as const;

/** What only the files' own tags tell, and is worth keeping; a player does without it. */
export function carriedTags(tags: Record<string, string>): BookTags {
  return known(Object.fromEntries(CARRIED.map((name) => [name, tags[name]])));
}

function known(tags: Record<string, string | undefined>): BookTags {
  const entries = Object.entries(tags).map(([name, value]) => [name, value?.trim() ?? ''] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
