import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const libraryScan = defineJobType({
  type: 'library_scan',
  summary: 'Reads a library, or one folder of it, and updates what Longplay knows of it',
  params: z.strictObject({
    libraryId: z.string().min(1).max(100),
    path: z.string().max(1000).optional().describe('A folder below the library; absent: all of it'),
  }),
  title: ({ libraryId, path }) => `Scan ${libraryId}${path === undefined ? '' : `: ${path}`}`,
  subject: ({ libraryId }) => ({ type: 'library', id: libraryId }),
  shareable: true,
  aliases: ['scan_plex'],
  permit: { group: ({ libraryId }) => `library_scan:${libraryId}`, maximum: 1 },
  steps: { planScan: step('io', 1), scanLibrary: step('cpu', 6 * 60), scanServer: step('io', 60) },
  weights: { scanLibrary: 1, scanServer: 1 },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
