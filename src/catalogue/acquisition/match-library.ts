import { z } from 'zod';

import { titleOf } from '../../domain/acquisition/item-title.js';
import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';
import { mediaItem } from './media-item.js';

export const matchLibrary = defineJobType({
  type: 'match_library',
  summary: 'Finds an item in a library: by the path that was written, by ids, then by title and author',
  params: z.strictObject({
    libraryId: z.string().min(1).max(100),
    item: mediaItem,
    writtenPath: z.string().max(1000).optional().describe('Where Longplay filed it'),
    requestId: z.string().max(100).optional(),
  }),
  title: ({ item }) => `Match ${titleOf(item)}`,
  aliases: ['match_plex'],
  steps: { matchItem: step('io', 5) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
