import { z } from 'zod';

import { defineJobType, MEDIA_RETRY_MS, step } from '../job-type.js';
import { SCAN_PARAMS, SLICED } from './scan-params.js';

export const scan = defineJobType({
  type: 'scan',
  summary: 'Finds the videos of a library directory, looks into new and changed ones, and marks missing ones',
  params: z.strictObject(SCAN_PARAMS),
  title: ({ directoryType }) => `Scan library:${directoryType}`,
  subject: ({ directoryType }) => ({ type: 'video_directory', id: `library:${directoryType}` }),
  permit: { group: ({ directoryType }) => `scan:library:${directoryType}`, maximum: 1 },
  steps: { [SLICED]: step('cpu', 60) },
  sliced: SLICED,
  retryWaitsMs: MEDIA_RETRY_MS,
});
