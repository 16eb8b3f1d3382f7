import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const cleanupSeeded = defineJobType({
  type: 'cleanup_seeded',
  summary:
    'Removes from their clients the downloads that have met their seeding duty, and tells why others stay',
  params: z.strictObject({
    dryRun: z.boolean().default(false).describe('Tells what would be removed, and removes nothing'),
  }),
  title: ({ dryRun }) => `Clean up what was seeded${dryRun ? ' (dry run)' : ''}`,
  permit: { group: () => 'cleanup_seeded', maximum: 3 },
  aliases: ['cleanup_seeded_torrents'],
  steps: { cleanupSeeded: step('io', 60) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
