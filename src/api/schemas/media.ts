import { z } from 'zod';

import { ROOTS } from '../../domain/logical-path.js';
import { FINDING_CODES, SEVERITIES } from '../../domain/media/findings.js';
import { UNPLAYABLE_REASONS } from '../../domain/media/playable.js';
import { VALIDATION_LEVELS, VERDICTS } from '../../domain/media/validation.js';
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
    valid: z
      .boolean()
      .nullable()
      .describe('By the last look, a scan or a validation; null: nobody could look inside so far'),
    invalidReason: z.string().nullable(),
    verdict: z
      .enum(VERDICTS)
      .nullable()
      .describe('Of the last validation; outdated: the file has changed since; null: never validated'),
    validatedAt: time.nullable(),
    validatedLevel: z.enum(VALIDATION_LEVELS).nullable(),
    validatedBy: z.string().nullable().describe('The job that validated it last'),
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
    posterPath: z.string().nullable().describe('Served by GET /api/media/{id}/poster'),
    spritePath: z.string().nullable().describe('Served by GET /api/media/{id}/sprite'),
    reencodeProposedAt: time.nullable(),
    reencodeJobId: z.string().nullable(),
    derivedFrom: z.uuid().nullable().describe('The video that it was made of'),
    versionCount: z.int().describe('Files for playback that were made of it'),
    firstSeenAt: time,
    probedAt: time.nullable(),
    missingSince: time.nullable().describe('A complete scan has not seen it since'),
  })
  .meta({ id: 'Video' });

const second = z.number().optional();

const finding = z
  .strictObject({
    code: z.enum(FINDING_CODES),
    severity: z
      .enum(SEVERITIES)
      .describe('error: the video is invalid; warning: it plays, with faults; notice: good to know'),
    message: z.string(),
    remedy: z.string().nullable().describe('What a person can do about it; null: nothing needs to be done'),
    evidence: z.strictObject({
      atSeconds: second.describe('Where in the film'),
      untilSeconds: second.describe('Where it is over; errors of a decode lie somewhere between'),
      seconds: second.describe('What was measured'),
      expectedSeconds: second.describe('What was told, or is usual'),
      count: z.int().optional(),
      of: z.int().optional(),
      lost: z.int().optional().describe('Pictures that did not come out'),
      stream: z.int().optional().describe('Number of the stream in its file'),
      offset: z.int().optional().describe('Where in the file, bytes'),
      what: z.string().optional(),
      said: z.string().optional().describe('FFmpeg’s own words'),
    }),
  })
  .meta({ id: 'VideoFinding' });

const version = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(['original', 'playback']),
    path: z.string().describe('A logical path'),
    sizeBytes: z.int(),
    durationSeconds: z.number().nullable(),
    container: z.string().nullable(),
    videoCodec: z.string().nullable(),
    audioCodecs: z.array(z.string()),
    width: z.int().nullable(),
    height: z.int().nullable(),
    playable: z.boolean().nullable(),
    madeBy: z.string().nullable().describe('The job that made it; null for an original'),
    madeAt: time.nullable(),
    missingSince: time.nullable(),
  })
  .meta({ id: 'VideoVersion' });

export const videoDetail = videoView
  .extend({
    versions: z
      .array(version)
      .describe(
        'The original first, then what was made of it, the newest first; the video itself is one of them',
      ),
    findings: z
      .array(finding)
      .describe('Of the last validation, the gravest first; none once the file has changed'),
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
  verdict: z
    .enum([...VERDICTS, 'none'])
    .optional()
    .describe('Of the last validation; none: never validated'),
  missing: flag.optional().describe('Default: both those that are there and those that are missing'),
  sort: z.enum(VIDEO_ORDERS).optional().describe('Default: newest'),
  limit,
  // A title of control characters is long as JSON.
  cursor: z.string().max(3_000).optional().describe('`next` of the page before, in the same order; opaque'),
});
