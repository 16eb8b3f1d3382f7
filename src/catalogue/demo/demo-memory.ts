import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

/** Hungry for memory, and therefore limited to two at a time over all workers. */
export const demoMemory = defineJobType({
  type: 'demo_memory',
  summary: 'Fills memory and holds it for a while; two at a time',
  demo: true,
  direct: true,
  params: z.strictObject({
    mebibytes: z.int().min(1).max(65_536).default(64).describe('How much it fills'),
    holdMs: z.int().min(0).max(600_000).default(1_000).describe('How long it holds it'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ mebibytes, label }) => `Fill ${mebibytes} MiB (${label})`,
  permit: { group: () => 'demo_memory', maximum: 2 },
  steps: { fillMemory: step('cpu', 15) },
  retryWaitsMs: [200],
});
