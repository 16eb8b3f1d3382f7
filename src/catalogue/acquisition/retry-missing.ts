import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const retryMissing = defineJobType({
  type: 'retry_missing',
  summary: 'Searches anew for what is missing and was due for it, the longest untried first',
  params: z.strictObject({
    all: z.boolean().default(false).describe('Also what is not due yet: search for all that is missing now'),
  }),
  title: ({ all }) => (all ? 'Search for all that is missing' : 'Search for what is due'),
  dedupe: ({ all }) => (all ? 'all' : 'due'),
  permit: { group: () => 'retry_missing', maximum: 3 },
  aliases: ['retry_missing_torrents'],
  steps: { wakeDue: step('io', 10) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
