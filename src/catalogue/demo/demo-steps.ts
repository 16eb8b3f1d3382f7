import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

/** Works through `count` numbered pieces with progress and a checkpoint: for tests, benches and first tries. */
export const demoSteps = defineJobType({
  type: 'demo_steps',
  summary: 'Counts to a number, with progress and a checkpoint after each count',
  demo: true,
  direct: true,
  params: z.strictObject({
    count: z.int().min(1).max(100_000).describe('How far to count'),
    everyMs: z.int().min(0).max(60_000).default(100).describe('Time for each count, milliseconds'),
    failAt: z.int().min(1).optional().describe('Fails when it comes to this number, each time'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ count, label }) => `Count to ${count} (${label})`,
  steps: { countUp: step('cpu', 60) },
  retryWaitsMs: [200, 400],
});
