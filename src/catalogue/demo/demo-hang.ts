import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

/** Never ends by itself: for cancel, pause, lost workers and steps that are slow to obey. */
export const demoHang = defineJobType({
  type: 'demo_hang',
  summary: 'Hangs until it is told to stop',
  demo: true,
  direct: true,
  params: z.strictObject({
    stubbornMs: z.int().min(0).max(120_000).default(0).describe('How long it goes on after it was told'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ label }) => `Hang (${label})`,
  steps: { hang: step('cpu', 24 * 60) },
  retryWaitsMs: [200],
});
