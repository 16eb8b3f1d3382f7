import { z } from 'zod';

import { titleOf } from '../../domain/acquisition/item-title.js';
import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';
import { itemKey, mediaItem, tags } from './media-item.js';

export const request = defineJobType({
  type: 'request',
  summary: 'Finds, fetches, files and confirms one item that somebody asked for',
  params: z.strictObject({
    item: mediaItem,
    libraryId: z.string().min(1).max(100).describe('The library that shall have it'),
    qualityProfileId: z.string().min(1).max(100).optional().describe('Default: the library’s'),
    tags: tags.optional().describe('Delay profiles are chosen by them'),
  }),
  title: ({ item }) => titleOf(item),
  subject: ({ item }) => ({ type: 'item', id: itemKey(item) }),
  dedupe: ({ item }) => itemKey(item),
  priority: 5,
  steps: {
    openRequest: step('io', 1),
    recordRequestState: step('io', 1),
    recordApproval: step('io', 1),
    parkDownload: step('io', 1),
    dropCandidate: step('io', 2),
    pickCandidate: step('io', 1),
    blockRelease: step('io', 1),
    decideAgain: step('io', 2),
    findUnfinished: step('io', 1),
    finishDownload: step('io', 2),
    recordAvailable: step('io', 1),
    abandonRequest: step('io', 1),
  },
  weights: {
    search_indexers: 5,
    monitor_download: 70,
    organize_files: 15,
    library_scan: 5,
    match_library: 5,
  },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
