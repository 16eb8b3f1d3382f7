import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const reconcileClients = defineJobType({
  type: 'reconcile_clients',
  summary:
    'Compares what download clients and the disk have of Longplay with what it knows: takes up or reports',
  params: z.strictObject({
    dryRun: z.boolean().default(false).describe('Tells what it would take up, and changes nothing'),
  }),
  title: ({ dryRun }) => `Compare download clients with requests${dryRun ? ' (dry run)' : ''}`,
  permit: { group: () => 'reconcile_clients', maximum: 3 },
  steps: { reconcileClients: step('io', 30) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
