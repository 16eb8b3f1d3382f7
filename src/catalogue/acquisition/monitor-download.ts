import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const monitorDownload = defineJobType({
  type: 'monitor_download',
  summary: 'Hands one release to a download client and follows it to its end',
  params: z.strictObject({
    searchId: z.string().min(1).max(100).describe('The stored search that found the release'),
    candidate: z.int().min(0).describe('The number of the release in that search'),
    releaseTitle: z.string().max(500).describe('For people; the release is found by its number'),
    requestId: z.string().max(100).optional(),
  }),
  title: ({ releaseTitle }) => `Download ${releaseTitle}`,
  subject: ({ requestId }) => (requestId === undefined ? undefined : { type: 'request', id: requestId }),
  steps: {
    planDownload: step('io', 3),
    startDownload: step('io', 3),
    stopDownload: step('io', 2),
  },
  weights: { external: 1 },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
