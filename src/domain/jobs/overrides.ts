import { Fault } from '../faults.js';
import { amountInWords, NO_NEEDS, type LeaseNeeds } from './leases.js';
import type { Queue, StepPolicy } from './policy.js';

/** Where heavy work runs, as a wish names it. */
export const RESOURCE_CATEGORIES = ['cpu', 'gpu_encode', 'gpu_ai'] as const;
type ResourceCategory = (typeof RESOURCE_CATEGORIES)[number];

/** What a wish may change of what its type needs (jobs.md §4). */
export interface Overrides {
  /** `cpu` moves the work of the GPU there; any other must be the type's own. */
  resourceCategory?: ResourceCategory | undefined;
  /** MB; at least what the type needs, at most what a card has. */
  vramRequired?: number | undefined;
}

type Steps = Record<string, StepPolicy>;

/**
 * The steps' policies as the wish has them.
 * @param cardMb the largest card of a living worker, where one is known
 * @throws Fault bad_input for what lowers a need, exceeds the card, or moves work anywhere but to the CPU
 */
export function overrideSteps(
  steps: Steps,
  { resourceCategory, vramRequired }: Overrides,
  cardMb: number | undefined,
): Steps {
  const moved = resourceCategory === undefined ? steps : moveTo(resourceCategory, steps);
  return vramRequired === undefined ? moved : raiseVram(moved, vramRequired, cardMb);
}

const QUEUE_OF: Record<ResourceCategory, Queue> = { cpu: 'cpu', gpu_encode: 'gpu-encode', gpu_ai: 'gpu-ai' };

function usesGpu({ queue }: StepPolicy): boolean {
  return queue === 'gpu-encode' || queue === 'gpu-ai';
}

function moveTo(category: ResourceCategory, steps: Steps): Steps {
  if (category === 'cpu') return eachGpuStep(steps, onCpu);
  if (Object.values(steps).some(({ queue }) => queue === QUEUE_OF[category])) return steps;
  throw new Fault('bad_input', `resourceCategory: no step of this type runs on ${category}`, {
    remedy: 'Leave it away, or move work of the GPU to cpu',
  });
}

/** Software does it, on at least one core. */
function onCpu(step: StepPolicy): StepPolicy {
  const cpuTokens = Math.max(1, step.needs?.cpuTokens ?? 0);
  return { ...step, queue: 'cpu', needs: { ...NO_NEEDS, cpuTokens } };
}

function raiseVram(steps: Steps, wanted: number, cardMb: number | undefined): Steps {
  const declared = Object.values(steps)
    .filter(usesGpu)
    .map(({ needs }) => needs?.vramMb ?? 0);
  if (declared.length === 0) {
    if (wanted === 0) return steps;
    throw new Fault(
      'bad_input',
      `vramRequired: expected none, since nothing of it runs on a GPU, got ${wanted}`,
    );
  }
  const least = Math.max(...declared);
  if (wanted < least)
    throw new Fault(
      'bad_input',
      `vramRequired: expected at least the ${mb(least)} that the type needs, got ${mb(wanted)}`,
      { remedy: 'Raise it, or move the work to the CPU by resourceCategory' },
    );
  if (cardMb !== undefined && wanted > cardMb)
    throw new Fault(
      'bad_input',
      `vramRequired: expected at most the ${mb(cardMb)} of the card, got ${mb(wanted)}`,
    );
  return eachGpuStep(steps, (step) => ({
    ...step,
    needs: { ...(step.needs ?? NO_NEEDS), vramMb: wanted } satisfies LeaseNeeds,
  }));
}

function eachGpuStep(steps: Steps, change: (step: StepPolicy) => StepPolicy): Steps {
  return Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [name, usesGpu(step) ? change(step) : step]),
  );
}

function mb(amount: number): string {
  return amountInWords('vramMb', amount);
}
