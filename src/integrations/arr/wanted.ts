import { z } from 'zod';

import type { MediaItem } from '../../domain/acquisition/release.js';
import type { ArrKind, ArrWanted } from '../../domain/moving-in/arr.js';
import { dropUndefined } from '../indexers/drop-undefined.js';

const text = z.string().nullish();
const number = z.number().nullish();

const episode = z.object({
  seasonNumber: z.int().min(0),
  episodeNumber: z.int().min(0),
  airDate: text,
  series: z.object({ title: z.string().min(1), tvdbId: number, path: text }),
});

const movie = z.object({
  title: z.string().min(1),
  year: number,
  tmdbId: number,
  imdbId: text,
  digitalRelease: text,
  physicalRelease: text,
  path: text,
});

const edition = z.object({
  isbn13: text,
  asin: text,
  format: text,
  isEbook: z.boolean().nullish(),
  monitored: z.boolean().nullish(),
});

const book = z.object({
  title: z.string().min(1),
  releaseDate: text,
  author: z.object({ authorName: z.string().min(1), path: text }),
  editions: z.array(edition).nullish(),
});

/** How each program tells what it has not got; the answer of Prowlarr is none. */
const READERS: Record<Exclude<ArrKind, 'prowlarr'>, (record: unknown) => ArrWanted> = {
  sonarr: (record) => {
    const { seasonNumber: season, episodeNumber, airDate, series } = episode.parse(record);
    const item = { mediaType: 'episode', title: cut(series.title), season, episode: episodeNumber } as const;
    return {
      item: dropUndefined({ ...item, tvdbId: known(series.tvdbId), releaseDate: dayOf(airDate) }),
      path: series.path ?? undefined,
    };
  },
  radarr: (record) => {
    const told = movie.parse(record);
    const days = [told.digitalRelease, told.physicalRelease].map(dayOf).filter((day) => day !== undefined);
    const item: Partial<MediaItem> & Pick<MediaItem, 'mediaType' | 'title'> = dropUndefined({
      ...{
        mediaType: 'movie' as const,
        title: cut(told.title),
        year: yearOf(told.year),
        tmdbId: known(told.tmdbId),
      },
      imdbId: /^tt\d{7,10}$/.test(told.imdbId ?? '') ? (told.imdbId ?? undefined) : undefined,
      releaseDate: days.sort()[0],
    });
    return { item, path: told.path ?? undefined };
  },
  readarr: (record) => {
    const told = book.parse(record);
    const wished = (told.editions ?? []).find(({ monitored }) => monitored === true) ?? told.editions?.[0];
    const isAudio = /audio/i.test(wished?.format ?? '') && wished?.isEbook !== true;
    const day = dayOf(told.releaseDate);
    return {
      item: dropUndefined({
        mediaType: isAudio ? ('audiobook' as const) : ('ebook' as const),
        ...{ title: cut(told.title), author: cut(told.author.authorName), releaseDate: day },
        year: yearOf(day === undefined ? undefined : Number(day.slice(0, 4))),
        isbn: /^97[89]\d{10}$/.test(wished?.isbn13 ?? '') ? (wished?.isbn13 ?? undefined) : undefined,
        asin: /^[A-Z0-9]{10}$/.test(wished?.asin ?? '') ? (wished?.asin ?? undefined) : undefined,
      }),
      path: told.author.path ?? undefined,
    };
  },
};

/** undefined for a record in a shape that no version is known to use: one of them does not spoil the others. */
export function readWanted(kind: Exclude<ArrKind, 'prowlarr'>, record: unknown): ArrWanted | undefined {
  try {
    return READERS[kind](record);
  } catch (error) {
    if (error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Zero means that it is not known. */
function known(id: number | null | undefined): number | undefined {
  return id != null && Number.isInteger(id) && id > 0 ? id : undefined;
}

function yearOf(year: number | null | undefined): number | undefined {
  return year != null && year >= 1000 && year <= 2200 ? year : undefined;
}

function dayOf(told: string | null | undefined): string | undefined {
  const time = Date.parse(told ?? '');
  // The year 1 stands for an unknown day there.
  return Number.isNaN(time) || time < Date.parse('1000-01-01')
    ? undefined
    : new Date(time).toISOString().slice(0, 10);
}

function cut(title: string): string {
  return title.trim().slice(0, 300);
}
