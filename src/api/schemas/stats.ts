import { z } from 'zod';

import { QUEUES } from '../../domain/jobs/policy.js';
import { JOB_STATUSES } from '../../domain/jobs/status.js';

const statusCounts = z.record(z.enum(JOB_STATUSES), z.int().min(0)).meta({ id: 'StatusCounts' });

const count = z.int().min(0);

export const jobStats = z
  .strictObject({
    total: count,
    byStatus: statusCounts,
    types: z.array(z.strictObject({ type: z.string(), total: count, byStatus: statusCounts })),
    queues: z.array(
      z.strictObject({
        queue: z.enum(QUEUES),
        waiting: count.describe('Steps that wait for a slot: the depth of the queue'),
        running: count.describe('Attempts that run now'),
      }),
    ),
  })
  .meta({ id: 'JobStats' });
