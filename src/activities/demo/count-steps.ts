import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';

const checkpoint = z.object({ counted: z.int() });

export const steps = defineSteps((_deps: ActivityDeps) => ({
  countUp: async (
    { count, everyMs, failAt }: { count: number; everyMs: number; failAt?: number },
    step: StepContext,
  ): Promise<{ counted: number; startedAt: number }> => {
    const startedAt = checkpoint.safeParse(step.checkpoint).data?.counted ?? 0;
    step.log('info', `counts from ${startedAt} to ${count}`);
    for (let counted = startedAt; counted < count; counted += 1) {
      if (counted + 1 === failAt) throw new Fault('transient', `Told to fail at ${failAt}`);
      await sleep(everyMs, undefined, { signal: step.signal }).catch(() => {
        throw step.signal.reason;
      });
      await step.saveCheckpoint({ counted: counted + 1 });
      step.progress({ done: counted + 1, total: count, unit: 'steps' });
    }
    return { counted: count, startedAt };
  },
}));

export type CountSteps = StepsOf<typeof steps>;
