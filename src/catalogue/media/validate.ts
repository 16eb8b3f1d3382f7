import { z } from 'zod';

import { VALIDATION_LEVELS } from '../../domain/media/validation.js';
import { defineJobType, MEDIA_RETRY_MS, step } from '../job-type.js';

/** Minutes: a long film in 2160p, decoded on two cores. */
const LONGEST = 24 * 60;

export const validate = defineJobType({
  type: 'validate',
  summary:
    'Looks for faults in a video and marks it as valid or invalid; what is known of it is brought up to date',
  params: z.strictObject({
    videoId: z.uuid().describe('The video, by its id in the media library'),
    level: z
      .enum(VALIDATION_LEVELS)
      .default('quick')
      .describe('quick: its header and its end; packets: reads all of it; thorough: decodes all of it too'),
  }),
  title: ({ videoId, level }) => `Validate ${videoId} (${level})`,
  subject: ({ videoId }) => ({ type: 'video', id: videoId }),
  steps: { validateVideo: step('cpu', LONGEST) },
  retryWaitsMs: MEDIA_RETRY_MS,
});
