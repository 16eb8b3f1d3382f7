import { z } from 'zod';

import { RECYCLE_DAYS } from '../../domain/acquisition/recycle.js';
import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const emptyRecycleBin = defineJobType({
  type: 'empty_recycle_bin',
  summary: 'Removes for good what has been in the recycle bins of the libraries for long enough',
  params: z.strictObject({
    olderThanDays: z
      .int()
      .min(0)
      .max(3_650)
      .default(RECYCLE_DAYS)
      .describe('Only what was recycled at least so many days ago; 0: everything'),
    libraryId: z.string().min(1).max(100).optional().describe('One library; absent: all'),
    dryRun: z.boolean().default(false).describe('Tells what would be removed, and removes nothing'),
  }),
  title: ({ dryRun }) => `Empty the recycle bin${dryRun ? ' (dry run)' : ''}`,
  permit: { group: () => 'empty_recycle_bin', maximum: 1 },
  steps: { emptyRecycleBin: step('io', 60) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
