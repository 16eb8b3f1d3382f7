import { z } from 'zod';

import { QUEUES } from '../../domain/jobs/policy.js';
import { isStorable, time } from './parameters.js';

export const queueParams = z.object({
  name: z.string().max(100).refine(isStorable, 'expected no NUL').describe('A queue of GET /api/queues'),
});

export const pauseQueueBody = z
  .strictObject({
    reason: z.string().trim().min(1).max(200).optional().describe('Shown at every job that waits for it'),
  })
  .meta({ id: 'PauseQueue' });

const count = z.int().min(0);

export const queueView = z
  .strictObject({
    queue: z.enum(QUEUES),
    pausable: z.boolean(),
    slots: count.describe('Over all workers that are alive'),
    workers: count.describe('How many serve it'),
    running: count.describe('Attempts that run now'),
    waiting: count.describe('Steps that wait for a slot, those of paused jobs left out'),
    oldestSince: time.nullable().describe('Since when the step waits that has waited longest'),
    paused: z.strictObject({ by: z.string(), at: time, reason: z.string().nullable() }).nullable(),
    requested: z.enum(['pause', 'resume']).nullable().describe('Asked for, and not yet taken by Temporal'),
  })
  .meta({ id: 'Queue' });

export const queueList = z.strictObject({ queues: z.array(queueView) });

export const queueLine = queueView
  .extend({
    steps: z
      .array(
        z.strictObject({
          position: z.int().min(1).describe('1 is next'),
          jobId: z.string(),
          title: z.string(),
          step: z.string(),
          priority: z.int(),
          since: time,
        }),
      )
      .describe('The first 50 of the line'),
  })
  .meta({ id: 'QueueLine' });
