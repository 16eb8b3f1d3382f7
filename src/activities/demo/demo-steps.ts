import { setTimeout as sleep } from 'node:timers/promises';

import { Fault, type FaultKind } from '../../domain/faults.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';

const MEBIBYTE = 1_048_576;

export const steps = defineSteps((_deps: ActivityDeps) => ({
  doNothing: (_input: object, _step: StepContext): Promise<object> => Promise.resolve({}),

  failSome: (
    { kind, times, retryAfterMs }: { kind: FaultKind; times: number; retryAfterMs?: number },
    step: StepContext,
  ): Promise<{ attempts: number }> => {
    if (step.attempt > times) return Promise.resolve({ attempts: step.attempt });
    throw new Fault(kind, `Told to fail, attempt ${step.attempt}`, {
      remedy: 'Nothing is wrong: this is a demo',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  },

  hang: async ({ stubbornMs }: { stubbornMs: number }, step: StepContext): Promise<object> => {
    step.log('info', 'hangs until it is told to stop');
    await aborted(step.signal);
    await sleep(stubbornMs);
    throw step.signal.reason;
  },

  fillMemory: async (
    { mebibytes, holdMs }: { mebibytes: number; holdMs: number },
    step: StepContext,
  ): Promise<{ mebibytes: number }> => {
    const held: Buffer[] = [];
    for (let filled = 0; filled < mebibytes; filled += 1) {
      step.signal.throwIfAborted();
      // Filled, since pages that nobody wrote take no memory.
      held.push(Buffer.alloc(MEBIBYTE, 1));
      step.progress({ done: filled + 1, total: mebibytes, unit: 'items' });
      if (filled % 16 === 0) await sleep(0);
    }
    await sleep(holdMs, undefined, { signal: step.signal }).catch(() => {
      throw step.signal.reason;
    });
    return { mebibytes: held.length };
  },
}));

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}

export type DemoSteps = StepsOf<typeof steps>;
