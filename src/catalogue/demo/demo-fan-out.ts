import { z } from 'zod';

import { defineJobType } from '../job-type.js';

/** A job with parts: children of its own, and one that it shares with others where `shared` names it. */
export const demoFanOut = defineJobType({
  type: 'demo_fan_out',
  summary: 'Counts in several jobs of its own, a few at a time',
  demo: true,
  direct: true,
  params: z.strictObject({
    children: z.int().min(1).max(200).default(3).describe('How many'),
    atOnce: z.int().min(1).max(50).default(3).describe('How many at a time'),
    count: z.int().min(1).max(100_000).default(10).describe('How far each counts'),
    everyMs: z.int().min(0).max(60_000).default(100).describe('Time for each count, milliseconds'),
    failAt: z.int().min(1).optional().describe('Each child fails when it comes to this number'),
    shared: z.string().min(1).max(100).optional().describe('Also wants the shared job of this key'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ children, label }) => `Count in ${children} parts (${label})`,
  steps: {},
  weights: { demo_steps: 1 },
  retryWaitsMs: [200],
});
