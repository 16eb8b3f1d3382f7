import { z } from 'zod';

import { quarantine } from './capability.js';
import { time } from './parameters.js';

const amount = z.int().min(0);

const amounts = z
  .strictObject({
    vramMb: amount.describe('Memory of the GPU, MB'),
    encoderSessions: amount.describe('Hardware encodes at once'),
    aiSlots: amount.describe('Models at once on the GPU'),
    cpuTokens: amount.describe('Cores for software encodes and models'),
  })
  .meta({ id: 'ResourceAmounts' });

const holding = z.strictObject({
  jobId: z.string(),
  step: z.string(),
  queue: z.string(),
  worker: z.string().describe('Its id, as in GET /api/workers'),
  needs: amounts,
  since: time,
});

export const resources = z
  .strictObject({
    workers: z
      .array(
        z.strictObject({
          worker: z.string(),
          host: z.string(),
          role: z.string(),
          queues: z.record(z.string(), z.int()).describe('Slots of each queue that it serves'),
          capacity: amounts.describe('0: it has none of it, and books none'),
          used: amounts,
          free: amounts,
          quarantine,
        }),
      )
      .describe('Those that are alive'),
    leases: z.array(
      holding.extend({
        state: z.enum(['held', 'offered']).describe('offered: kept for some seconds for a step on its way'),
      }),
    ),
    holds: z
      .array(holding)
      .describe('What is or becomes free is kept for these, which others have passed for 10 minutes'),
    waiting: z
      .array(
        z.strictObject({
          jobId: z.string(),
          title: z.string(),
          step: z.string(),
          queue: z.string(),
          priority: z.int(),
          needs: amounts,
          detail: z.string().nullable().describe('What was missing when it was last refused'),
          since: time,
        }),
      )
      .describe('The first 200 that wait for room, in their order'),
  })
  .meta({ id: 'Resources' });
