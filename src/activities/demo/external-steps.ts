import { planDemoItem, removeDemoItem } from '../../store/demo/demo-items.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';

export const steps = defineSteps(({ db }: ActivityDeps) => ({
  planDemoItem: async (
    item: { round: number; durationMs: number; stallAtMs: number | null; stallForMs: number },
    step: StepContext,
  ): Promise<void> => {
    await planDemoItem(db, { ...item, jobId: step.jobId });
  },

  removeDemoItem: async ({ round }: { round: number }, step: StepContext): Promise<void> => {
    await removeDemoItem(db, { jobId: step.jobId, round });
  },
}));

export type ExternalSteps = StepsOf<typeof steps>;
