import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

/** The least that a job can be: what the contract itself costs (docs/performance.md). */
export const demoNoop = defineJobType({
  type: 'demo_noop',
  summary: 'Does nothing, in one step',
  demo: true,
  direct: true,
  params: z.strictObject({ label: z.string().max(100).default('demo') }),
  title: ({ label }) => `Nothing (${label})`,
  dedupe: () => null,
  steps: { doNothing: step('io', 1) },
  retryWaitsMs: [200],
});
