import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

const amount = z.int().min(0).max(1_000_000).default(0);

/** Holds what it was told to hold, and does nothing: so that leases can be tried without a GPU. */
export const demoLease = defineJobType({
  type: 'demo_lease',
  summary: 'Holds a part of the host (VRAM, encoder sessions, AI slot, cores) for some time',
  demo: true,
  direct: true,
  params: z.strictObject({
    queue: z.enum(['cpu', 'gpu-encode', 'gpu-ai']).default('gpu-encode').describe('Where it runs'),
    vramMb: amount.describe('VRAM that it holds, MB'),
    encoderSessions: amount.describe('Encoder sessions that it holds'),
    aiSlots: amount.describe('AI slots that it holds'),
    cpuTokens: amount.describe('Cores that it holds'),
    holdMs: z.int().min(0).max(3_600_000).default(1_000).describe('For how long, milliseconds'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ queue, holdMs, label }) => `Hold a part of ${queue} for ${holdMs} ms (${label})`,
  steps: { holdRoom: step('gpu-encode', 60) },
  stepsFor: ({ queue, vramMb, encoderSessions, aiSlots, cpuTokens }) => ({
    holdRoom: { queue, needs: { vramMb, encoderSessions, aiSlots, cpuTokens } },
  }),
  retryWaitsMs: [200, 400],
});
