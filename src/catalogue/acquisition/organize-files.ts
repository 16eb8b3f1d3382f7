import { z } from 'zod';

import { titleOf } from '../../domain/acquisition/item-title.js';
import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';
import { mediaItem } from './media-item.js';

export const organizeFiles = defineJobType({
  type: 'organize_files',
  summary: 'Files a finished download into the library: checked, all or nothing',
  params: z.strictObject({
    downloadId: z.string().min(1).max(100),
    libraryId: z.string().min(1).max(100),
    item: mediaItem,
    requestId: z.string().max(100).optional(),
    accepted: z
      .boolean()
      .optional()
      .describe('Somebody has looked: file it although it seems to be something else'),
    dryRun: z
      .boolean()
      .optional()
      .describe('Only tell what would be filed, where, and what stands in the way'),
  }),
  title: ({ item, dryRun }) => `${dryRun === true ? 'Plan to file' : 'File'} ${titleOf(item)}`,
  subject: ({ downloadId }) => ({ type: 'download', id: downloadId }),
  steps: {
    planImport: step('cpu', 30),
    previewImport: step('cpu', 30),
    importFiles: step('cpu', 12 * 60),
    wishMerge: step('cpu', 5),
    discardImport: step('io', 2),
  },
  weights: { planImport: 1, importFiles: 4, merge_chapters: 5 },
  tidy: 'tidyImport',
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
