import { z } from 'zod';

import { ROOTS } from '../../domain/logical-path.js';
import { UNPLAYABLE_REASONS } from '../../domain/media/playable.js';
import { VIDEO_ORDERS } from '../../store/media/video-list.js';
import { flag, isStorable, limit, time } from './parameters.js';

export const videoView = z
  .strictObject({
    id: z.uuid(),
    path: z.string().describe('A logical path, such as library:videos/a film.mp4'),
    filename: z.string(),
    title: z.string(),
    sizeBytes: z.int(),
    modifiedAt: time.nullable().describe('null: its file system tells a time that no calendar has'),
    valid: z.boolean().nullable().describe('null: nobody could look inside so far'),
    invalidReason: z.string().nullable(),
    durationSeconds: z.number().nullable(),
    orientation: z.enum(['landscape', 'portrait', 'square']).nullable(),
    width: z.int().nullable().describe('As displayed: after pixel aspect and rotation; so is height'),
    height: z.int().nullable(),
    rotation: z.int().nullable().describe('Degrees clockwise that a player turns the picture by'),
    fps: z.number().nullable(),
    dynamicRange: z.enum(['sdr', 'pq', 'hlg', 'dolby5']).nullable(),
    container: z.string().nullable(),
    videoCodec: z.string().nullable(),
    audioCodecs: z.array(z.string()),
    playable: z.boolean().nullable().describe('Whether browsers play it as it is'),
    unplayableReasons: z.array(z.enum(UNPLAYABLE_REASONS)),
    thumbnailPath: z.string().nullable(),
    reencodeProposedAt: time.nullable(),
    reencodeJobId: z.string().nullable(),
    derivedFrom: z.uuid().nullable().describe('The video that it was made of'),
    firstSeenAt: time,
    probedAt: time.nullable(),
    missingSince: time.nullable().describe('A complete scan has not seen it since'),
  })
  .meta({ id: 'Video' });

export const videoDetail = videoView
  .extend({
    streams: z
      .unknown()
      .describe(
        'All that is known of the file: container, lengths, picture, sound, subtitles; null: nothing',
      ),
  })
  .meta({ id: 'VideoDetail' });

export const jpeg = z.string().meta({ format: 'binary' });

export const videoPage = z.strictObject({
  videos: z.array(videoView),
  next: z.string().nullable().describe('The cursor of the next page'),
});

export const listVideosQuery = z.strictObject({
  q: z
    .string()
    .max(200)
    .refine(isStorable, 'expected no NUL')
    .optional()
    .describe('Words of the path, whatever their case'),
  root: z.enum(ROOTS).optional(),
  playable: flag.optional(),
  valid: flag.optional(),
  missing: flag.optional().describe('Default: both those that are there and those that are missing'),
  sort: z.enum(VIDEO_ORDERS).optional().describe('Default: newest'),
  limit,
  // A title of control characters is long as JSON.
  cursor: z.string().max(3_000).optional().describe('`next` of the page before, in the same order; opaque'),
});
