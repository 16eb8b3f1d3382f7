import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

/** A part that several jobs may want at once: it is done once for all of them. */
export const demoShared = defineJobType({
  type: 'demo_shared',
  summary: 'Counts once for all who ask for the same key',
  demo: true,
  direct: true,
  params: z.strictObject({
    key: z.string().min(1).max(100).describe('Who asks for the same key shares the job'),
    count: z.int().min(1).max(100_000).default(10),
    everyMs: z.int().min(0).max(60_000).default(100),
  }),
  title: ({ key }) => `Count for all (${key})`,
  dedupe: ({ key }) => key,
  shareable: true,
  steps: { countUp: step('cpu', 60) },
  retryWaitsMs: [200, 400],
});
