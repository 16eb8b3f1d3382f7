import { z } from 'zod';

import { titleOf } from '../../domain/acquisition/item-title.js';
import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';
import { itemKey, mediaItem } from './media-item.js';

export const searchIndexers = defineJobType({
  type: 'search_indexers',
  summary: 'Asks every enabled indexer for an item, and decides which releases fit and why',
  params: z.strictObject({
    item: mediaItem,
    requestId: z.string().max(100).optional().describe('The request that it searches for'),
    terms: z.string().trim().min(1).max(300).optional().describe('Somebody’s own words instead of the title'),
    mode: z
      .enum(['automatic', 'invoked', 'interactive'])
      .optional()
      .describe(
        'Who looks at it: Longplay by itself (the default), Longplay because somebody asked for it now (no delay), or a person who chooses from the list',
      ),
    pass: z.int().min(1).default(1).describe('Counts the searches of one request'),
  }),
  title: ({ item }) => `Search for ${titleOf(item)}`,
  subject: ({ item }) => ({ type: 'item', id: itemKey(item) }),
  // To spare the indexers, however many requests are due at once (acquisition.md §1.6).
  permit: { group: () => 'search_indexers', maximum: 3 },
  steps: {
    planSearch: step('io', 1),
    searchIndexer: step('io', 5),
    decideSearch: step('io', 2),
  },
  weights: { searchIndexer: 3, decideSearch: 1 },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
