import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const recentlyAddedCheck = defineJobType({
  type: 'recently_added_check',
  summary: 'Looks at what the media servers have added since the last look, and finds what is waited for',
  params: z.strictObject({
    libraryId: z.string().min(1).max(100).optional().describe('One library; absent: all that are enabled'),
    scheduledJobId: z.string().max(100).optional().describe('Of an earlier system; not used'),
  }),
  title: ({ libraryId }) => `Look at what is new${libraryId === undefined ? '' : ` in ${libraryId}`}`,
  dedupe: ({ libraryId }) => libraryId ?? '*',
  permit: { group: () => 'recently_added_check', maximum: 3 },
  aliases: ['plex_recently_added_check'],
  steps: { checkRecentlyAdded: step('io', 30) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
