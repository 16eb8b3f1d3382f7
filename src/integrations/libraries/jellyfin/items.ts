import type { MediaType } from '../../../domain/acquisition/release.js';
import type { ServerItem } from '../port.js';
import { folderOf, nameOf } from '../remote-folder.js';
import type { Item } from './answers.js';

const TICKS_A_SECOND = 10_000_000;

const MEDIA_TYPES: Record<string, MediaType> = {
  AudioBook: 'audiobook',
  Book: 'ebook',
  Movie: 'movie',
  Episode: 'episode',
};

/** A film or an episode; undefined for what has no file, such as an announced episode. */
export function videoOf(item: Item): ServerItem | undefined {
  const mediaType = MEDIA_TYPES[item.Type];
  if (mediaType === undefined || !item.Path) return undefined;
  return {
    ...about(item, mediaType),
    ...(mediaType === 'episode' ? episodeOf(item) : { title: item.Name, ...movieIds(item) }),
    ...durationOf([item]),
    path: item.Path,
    files: filesOf(item),
  };
}

/**
 * Books of a list. A book of several files is several items of Jellyfin (it joins no parts), which one folder makes
 * one of.
 */
export function booksOf(items: readonly Item[]): ServerItem[] {
  const folders = new Map<string, Item[]>();
  for (const item of items) {
    if (!item.Path) continue;
    const key = `${item.Type} ${folderOf(item.Path)}`;
    folders.set(key, [...(folders.get(key) ?? []), item]);
  }
  return [...folders.values()].flatMap((parts) => bookOf(parts.sort(byPath)) ?? []);
}

/** So that the book is known by the same part each time. */
function byPath(one: Item, other: Item): number {
  return (one.Path ?? '') < (other.Path ?? '') ? -1 : 1;
}

function bookOf(parts: readonly Item[]): ServerItem | undefined {
  const [first] = parts;
  const mediaType = MEDIA_TYPES[first?.Type ?? ''];
  if (first === undefined || mediaType === undefined || !first.Path) return undefined;
  const folder = folderOf(first.Path);
  const [asin, isbn] = [idOf(first, 'Asin', 'AudibleASIN', 'Audible'), idOf(first, 'ISBN')];
  return {
    ...about(first, mediaType),
    title: parts.length === 1 ? first.Name : (first.Album ?? nameOf(folder)),
    ...(first.AlbumArtist ? { author: first.AlbumArtist } : {}),
    ...(asin === undefined ? {} : { asin }),
    ...(isbn === undefined ? {} : { isbn }),
    ...durationOf(parts),
    path: folder,
    files: parts.flatMap(filesOf),
  };
}

function about(
  { Id, ProductionYear, DateCreated }: Item,
  mediaType: MediaType,
): Pick<ServerItem, 'serverId' | 'mediaType' | 'year' | 'addedAt'> {
  return {
    serverId: Id,
    mediaType,
    ...(ProductionYear ? { year: ProductionYear } : {}),
    ...(DateCreated ? { addedAt: new Date(DateCreated).toISOString() } : {}),
  };
}

function durationOf(parts: readonly Item[]): Pick<ServerItem, 'durationSeconds'> {
  const ticks = parts.reduce((sum, { RunTimeTicks }) => sum + (RunTimeTicks ?? 0), 0);
  return ticks > 0 ? { durationSeconds: ticks / TICKS_A_SECOND } : {};
}

/** Its own ids are the episode's, not the series' that people and indexers know. */
function episodeOf({
  SeriesName,
  Name,
  ParentIndexNumber,
  IndexNumber,
}: Item): Pick<ServerItem, 'title' | 'season' | 'episode'> {
  return {
    title: SeriesName ?? Name,
    ...(typeof ParentIndexNumber === 'number' ? { season: ParentIndexNumber } : {}),
    ...(typeof IndexNumber === 'number' ? { episode: IndexNumber } : {}),
  };
}

function movieIds(item: Item): Pick<ServerItem, 'imdbId' | 'tmdbId'> {
  const [imdbId, tmdbId] = [idOf(item, 'Imdb'), Number(idOf(item, 'Tmdb'))];
  return {
    ...(imdbId === undefined ? {} : { imdbId }),
    ...(Number.isInteger(tmdbId) && tmdbId > 0 ? { tmdbId } : {}),
  };
}

function idOf({ ProviderIds }: Item, ...providers: string[]): string | undefined {
  const found = providers.map((provider) => ProviderIds?.[provider]).find(Boolean);
  return found ?? undefined;
}

function filesOf({ MediaSources, Path }: Item): ServerItem['files'] {
  const sources = (MediaSources ?? []).filter((source) => source.Path);
  if (sources.length === 0) return Path ? [{ path: Path }] : [];
  return sources.map(({ Path: path, Size }) => ({
    path: path ?? '',
    ...(typeof Size === 'number' ? { sizeBytes: Size } : {}),
  }));
}
