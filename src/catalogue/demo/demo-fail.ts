import { z } from 'zod';

import { FAULT_KINDS } from '../../domain/faults.js';
import { defineJobType, step } from '../job-type.js';

/** Fails as told, so that retries, waits and refusals can be seen. */
export const demoFail = defineJobType({
  type: 'demo_fail',
  summary: 'Fails in a given way, the first times or always',
  demo: true,
  direct: true,
  params: z.strictObject({
    kind: z.enum(FAULT_KINDS).default('transient').describe('What kind of trouble it meets'),
    times: z.int().min(0).max(1_000).default(1_000).describe('How often, before it succeeds'),
    retryAfterMs: z.int().min(0).max(60_000).optional().describe('As a server’s Retry-After'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ kind, label }) => `Fail: ${kind} (${label})`,
  steps: { failSome: step('cpu', 1) },
  retryWaitsMs: [200, 400],
});
