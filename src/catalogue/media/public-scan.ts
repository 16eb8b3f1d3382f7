import { z } from 'zod';

import { defineJobType, MEDIA_RETRY_MS, step } from '../job-type.js';
import { SCAN_PARAMS, SLICED } from './scan-params.js';

export const publicScan = defineJobType({
  type: 'public_scan',
  summary: 'Finds the videos of a gallery directory and those that browsers cannot play; changes no file',
  params: z.strictObject({
    ...SCAN_PARAMS,
    proposeReencode: z.boolean().default(true).describe('Proposes an encode of what browsers cannot play'),
  }),
  title: ({ directoryType }) => `Scan public:${directoryType}`,
  subject: ({ directoryType }) => ({ type: 'video_directory', id: `public:${directoryType}` }),
  permit: { group: ({ directoryType }) => `scan:public:${directoryType}`, maximum: 1 },
  steps: { [SLICED]: step('cpu', 60) },
  sliced: SLICED,
  retryWaitsMs: MEDIA_RETRY_MS,
});
