import { z } from 'zod';

import { ACQUISITION_RETRY_MS, defineJobType, step } from '../job-type.js';

export const retryImports = defineJobType({
  type: 'retry_imports',
  summary: 'Tries imports again that failed and were due for it, the longest untried first',
  params: z.strictObject({
    all: z.boolean().default(false).describe('Also what is not due yet: try all failed imports now'),
  }),
  title: ({ all }) => (all ? 'Retry all failed imports' : 'Retry imports that are due'),
  dedupe: ({ all }) => (all ? 'all' : 'due'),
  permit: { group: () => 'retry_imports', maximum: 3 },
  aliases: ['retry_failed_imports'],
  steps: { wakeDue: step('io', 10) },
  retryWaitsMs: ACQUISITION_RETRY_MS,
});
