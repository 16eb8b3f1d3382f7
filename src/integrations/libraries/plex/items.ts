import type { MediaType } from '../../../domain/acquisition/release.js';
import { commonFolder } from '../remote-folder.js';
import type { ServerItem } from '../port.js';
import type { Metadata } from './answers.js';

/** A book is an album, its files are the album's tracks; undefined while Plex shows no file of it yet. */
export function bookOf(album: Metadata, tracks: readonly Metadata[]): ServerItem | undefined {
  const files = tracks.flatMap(filesOf);
  if (files.length === 0) return undefined;
  const seconds = tracks.reduce((sum, { duration = 0 }) => sum + duration / 1_000, 0);
  const asin = asinOf(album.guid);
  return {
    ...about(album, 'audiobook'),
    title: album.title,
    ...(album.parentTitle === undefined ? {} : { author: album.parentTitle }),
    ...(asin === undefined ? {} : { asin }),
    ...(seconds > 0 ? { durationSeconds: seconds } : {}),
    path: commonFolder(files.map(({ path }) => path)),
    files,
  };
}

/** A film or an episode is one file, and shares its folder with others. */
export function videoOf(video: Metadata, mediaType: 'movie' | 'episode'): ServerItem | undefined {
  const files = filesOf(video);
  const [first] = files;
  if (first === undefined) return undefined;
  return {
    ...about(video, mediaType),
    ...(mediaType === 'movie' ? { title: video.title, ...movieIds(video) } : episodeOf(video)),
    ...(video.duration === undefined ? {} : { durationSeconds: video.duration / 1_000 }),
    path: first.path,
    files,
  };
}

function about(
  { ratingKey, year, addedAt }: Metadata,
  mediaType: MediaType,
): Pick<ServerItem, 'serverId' | 'mediaType' | 'year' | 'addedAt'> {
  return {
    serverId: ratingKey,
    mediaType,
    ...(year === undefined ? {} : { year }),
    ...(addedAt === undefined ? {} : { addedAt: new Date(addedAt * 1_000).toISOString() }),
  };
}

/** Its own ids are the episode's, while people and indexers know the series by its ids; so they stay out. */
function episodeOf({
  grandparentTitle,
  title,
  index,
  parentIndex,
}: Metadata): Pick<ServerItem, 'title' | 'season' | 'episode'> {
  return {
    title: grandparentTitle ?? title,
    ...(parentIndex === undefined ? {} : { season: parentIndex }),
    ...(index === undefined ? {} : { episode: index }),
  };
}

function movieIds({ Guid }: Metadata): Pick<ServerItem, 'imdbId' | 'tmdbId'> {
  const idOf = (scheme: string): string | undefined =>
    Guid.find(({ id }) => id.startsWith(`${scheme}://`))?.id.slice(scheme.length + 3);
  const [imdbId, tmdbId] = [idOf('imdb'), Number(idOf('tmdb'))];
  return {
    ...(imdbId === undefined ? {} : { imdbId }),
    ...(Number.isInteger(tmdbId) && tmdbId > 0 ? { tmdbId } : {}),
  };
}

/** The agents for audiobooks put it into the album's guid: `com.plexapp.agents.audnexus://B0XXXXXXXX_us?lang=en`. */
function asinOf(guid: string | undefined): string | undefined {
  return /^com\.plexapp\.agents\.aud\w*:\/\/([A-Z0-9]{10})(?:_|\?|$)/i.exec(guid ?? '')?.[1]?.toUpperCase();
}

function filesOf({ Media }: Metadata): ServerItem['files'] {
  return Media.flatMap(({ Part }) => Part).flatMap(({ file, size }) =>
    file === undefined ? [] : [{ path: file, ...(size === undefined ? {} : { sizeBytes: size }) }],
  );
}
