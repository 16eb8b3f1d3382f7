import { z } from 'zod';

import { normalizeName, plainTitle } from '../../domain/acquisition/normalize-title.js';
import { MEDIA_TYPES } from '../../domain/acquisition/release.js';
import { parseVolume } from '../../domain/acquisition/volume.js';

const name = z.string().trim().min(1).max(300);

const asin = z.string().regex(/^[A-Z0-9]{10}$/, 'expected 10 capital letters or digits');

export const tags = z.array(z.string().trim().min(1).max(50)).max(20);

/** What somebody asks for, as far as it is known (acquisition.md §1.2: `media{…}`). */
export const mediaItem = z.strictObject({
  mediaType: z.enum(MEDIA_TYPES).default('audiobook').describe('What kind of thing it is'),
  title: name.describe('The title, without the subtitle if in doubt'),
  author: name.optional().describe('The author; releases by others are refused'),
  narrator: name.optional(),
  series: name.optional(),
  seriesPart: z.string().trim().max(20).optional(),
  year: z.int().min(1000).max(2200).optional(),
  asin: asin.optional(),
  siblingAsins: z
    .array(asin)
    .max(50)
    .optional()
    .describe('Of other editions of the same work, which will do as well'),
  isbn: z
    .string()
    .regex(/^(97[89])?\d{9}[\dX]$/, 'expected an ISBN without dashes')
    .optional(),
  language: z.string().min(2).max(20).optional(),
  imdbId: z
    .string()
    .regex(/^tt\d{7,10}$/, 'expected tt and its digits')
    .optional(),
  tmdbId: z.int().positive().optional(),
  tvdbId: z.int().positive().optional().describe('Of the series'),
  season: z.int().min(0).max(3_000).optional().describe('Of an episode; 0: specials'),
  episode: z.int().min(0).max(100_000).optional().describe('Its number in the season'),
  releaseDate: z.iso.date().optional().describe('Before it nothing is searched for by itself'),
  runtimeSeconds: z.number().positive().max(2_000_000).optional(),
});

export type MediaItemParams = z.output<typeof mediaItem>;

/** Equal for the same item however its name is written: one open job per item (acquisition.md §7.1). */
export function itemKey({ mediaType, title, author, asin, isbn, ...item }: MediaItemParams): string {
  const id = asin ?? isbn;
  if (id !== undefined) return `${mediaType}:${id}`;
  return `${mediaType}:${plainTitle(title)}:${normalizeName(author ?? '')}${partOf(mediaType, item)}`;
}

/** What tells items of one title apart: volumes and episodes share their series' name, films their remake's. */
function partOf(
  mediaType: MediaItemParams['mediaType'],
  { seriesPart, season, episode, year }: Pick<MediaItemParams, 'seriesPart' | 'season' | 'episode' | 'year'>,
): string {
  if (mediaType === 'episode') return `:${season ?? ''}x${episode ?? ''}`;
  if (mediaType === 'movie') return year === undefined ? '' : `:${year}`;
  return seriesPart === undefined ? '' : `:${parseVolume(seriesPart) ?? plainTitle(seriesPart)}`;
}
