import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const healthCheck = defineJobType({
  type: 'health_check',
  summary: 'Looks whether indexers, clients, libraries, disks, schedules and queues are well',
  params: z.strictObject({}),
  title: () => 'Look after the house',
  permit: { group: () => 'health_check', maximum: 3 },
  // It works while all else is stuck.
  steps: { checkHealth: step('admin', 10) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
