import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const mergeChapters = defineJobType({
  type: 'merge_chapters',
  summary: 'Makes one M4B with chapters of a book’s separate files, which then go to the recycle bin',
  params: z.strictObject({
    libraryId: z.string().min(1).max(100),
    path: z
      .string()
      .min(1)
      .max(1000)
      .describe('The book’s folder, relative to the library: Some Author/Some Book'),
    dryRun: z.boolean().default(false).describe('Tells what would be merged, and changes nothing'),
  }),
  title: ({ path, dryRun }) => `Merge ${path}${dryRun ? ' (dry run)' : ''}`,
  subject: ({ libraryId }) => ({ type: 'library', id: libraryId }),
  dedupe: ({ libraryId, path, dryRun }) =>
    `${libraryId}:${path.split('/').filter(Boolean).join('/')}${dryRun ? ' (dry run)' : ''}`,
  permit: { group: () => 'merge_chapters', maximum: 2 },
  steps: {
    planChapterMerge: step('cpu', 2 * 60),
    mergeChapters: step('cpu', 24 * 60),
    discardMerge: step('io', 2),
  },
  weights: { planChapterMerge: 1, mergeChapters: 9 },
  tidy: 'tidyMerge',
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
