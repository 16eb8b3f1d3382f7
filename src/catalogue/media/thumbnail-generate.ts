import { z } from 'zod';

import { defineJobType, MEDIA_RETRY_MS, step } from '../job-type.js';

export const thumbnailGenerate = defineJobType({
  type: 'thumbnail_generate',
  summary: 'Takes a still picture of a video, and on wish a poster and a sheet of small pictures',
  params: z.strictObject({
    videoId: z.uuid().describe('The video, by its id in the media library'),
    timestamp: z
      .number()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('Seconds from the beginning; default: a quarter of the length'),
    width: z.int().min(16).max(3_840).default(640).describe('Pixels; nothing is enlarged'),
    poster: z.boolean().default(false).describe('Makes the same picture 1,000 pixels wide too'),
    sprite: z.boolean().default(false).describe('Makes a sheet of twelve small pictures, evenly spaced'),
  }),
  title: ({ videoId }) => `Thumbnail of ${videoId}`,
  subject: ({ videoId }) => ({ type: 'video', id: videoId }),
  steps: { makeThumbnail: step('cpu', 5 * 60) },
  tidy: 'tidyThumbnail',
  retryWaitsMs: MEDIA_RETRY_MS,
});
