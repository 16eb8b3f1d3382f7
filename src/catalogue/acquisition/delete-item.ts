import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const deleteItem = defineJobType({
  type: 'delete_item',
  summary: 'Takes an item out of its library: its files go to the recycle bin',
  params: z.strictObject({
    libraryItemId: z.string().min(1).max(100).describe('As GET /api/library/items names it'),
    dryRun: z.boolean().default(false).describe('Tells which files it would take, and takes none'),
  }),
  title: ({ libraryItemId, dryRun }) => `Delete ${libraryItemId}${dryRun ? ' (dry run)' : ''}`,
  subject: ({ libraryItemId }) => ({ type: 'library_item', id: libraryItemId }),
  steps: { deleteItem: step('io', 10) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
