import { readStats } from '../../jobs/stats.js';
import { defineOperation } from '../http/operation.js';
import { jobStats } from '../schemas/stats.js';

export const jobStatsOperation = defineOperation({
  id: 'jobStats',
  tag: 'jobs',
  summary: 'How many jobs there are by type and status, and what waits and runs on each queue',
  responses: { 200: { description: 'The counts of this moment', schema: jobStats } },
  handle: async ({ db }) => ({ status: 200, body: await readStats(db) }),
});
