import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';

const SLICE_MS = 200;

const checkpoint = z.object({ heldMs: z.number() });

/** The runner takes the lease; the step has only to last. */
export const steps = defineSteps((_deps: ActivityDeps) => ({
  holdRoom: async ({ holdMs }: { holdMs: number }, step: StepContext): Promise<{ heldMs: number }> => {
    let heldMs = checkpoint.safeParse(step.checkpoint).data?.heldMs ?? 0;
    while (heldMs < holdMs) {
      const slice = Math.min(SLICE_MS, holdMs - heldMs);
      await sleep(slice, undefined, { signal: step.signal }).catch(() => {
        throw step.signal.reason;
      });
      heldMs += slice;
      await step.saveCheckpoint({ heldMs });
      step.progress({ done: heldMs / 1_000, total: holdMs / 1_000, unit: 'seconds' });
    }
    return { heldMs };
  },
}));

export type LeaseSteps = StepsOf<typeof steps>;
