import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const rssSync = defineJobType({
  type: 'rss_sync',
  summary: 'Reads what is new at every indexer, and takes what requests wait for',
  params: z.strictObject({}),
  title: () => 'Read what indexers have new',
  permit: { group: () => 'rss_sync', maximum: 3 },
  aliases: ['monitor_rss'],
  steps: { planSync: step('io', 1), readLatest: step('io', 15), offerLatest: step('io', 30) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
