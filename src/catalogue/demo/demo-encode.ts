import { z } from 'zod';

import { defineJobType, step } from '../job-type.js';

/** A real FFmpeg run, for what only real media processes do: be killed, leave temp files, fill a core. */
export const demoEncode = defineJobType({
  type: 'demo_encode',
  summary: 'Makes a small test video with FFmpeg, checks it and publishes it below scratch:demo',
  demo: true,
  params: z.strictObject({
    seconds: z.int().min(1).max(600).describe('How long the video plays'),
    realTime: z.boolean().default(false).describe('true: making it lasts as long as it plays'),
    label: z.string().max(100).default('demo').describe('Jobs with different labels are not equal'),
  }),
  title: ({ seconds, label }) => `Encode ${seconds} s (${label})`,
  steps: { encodeSample: step('cpu', 30), removeSample: step('cpu', 2) },
  weights: { encodeSample: 1 },
  tidy: 'tidySample',
  retryWaitsMs: [200, 400],
});
