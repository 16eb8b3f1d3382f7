import { z } from 'zod';

import { listHealthChecks } from '../../store/health-checks.js';
import { defineOperation } from '../http/operation.js';
import { healthCheck } from '../schemas/health.js';

export const listHealthChecksOperation = defineOperation({
  id: 'listHealthChecks',
  tag: 'health',
  summary: 'What the last look at indexers, clients, libraries, disks, schedules and queues said',
  responses: {
    200: { description: 'The worst first', schema: z.strictObject({ checks: z.array(healthCheck) }) },
  },
  handle: async ({ db }) => ({ status: 200, body: { checks: await listHealthChecks(db) } }),
});
