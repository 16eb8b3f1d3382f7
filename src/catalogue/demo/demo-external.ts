import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

/** Work that runs elsewhere, as a download does in its client: no attempt, a poller tells what becomes of it. */
export const demoExternal = defineJobType({
  type: 'demo_external',
  summary: 'Follows an item of a pretended outside world to its end',
  demo: true,
  params: z.strictObject({
    durationMs: z.int().min(1).max(3_600_000).describe('How long the item moves until it is complete'),
    stallAtMs: z.int().min(0).optional().describe('It stands still once it has come this far'),
    stallForMs: z.int().min(0).max(3_600_000).default(2_000).describe('How long it then stands still'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ durationMs, label }) => `Follow an item for ${durationMs} ms (${label})`,
  steps: { planDemoItem: step('io', 1), removeDemoItem: step('io', 1) },
  weights: { external: 1 },
  retryWaitsMs: [200, 400],
});
