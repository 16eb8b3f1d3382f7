import { condition, defineSignal, setHandler } from '@temporalio/workflow';

import type { ExternalSteps } from '../../activities/demo/external-steps.js';
import type { DemoTransition } from '../../domain/demo/demo-item.js';
import type { Job } from '../jobs/job.js';

export interface DemoExternalParams {
  durationMs: number;
  stallAtMs?: number;
  stallForMs: number;
}

const transitionSignal = defineSignal<[DemoTransition]>('demoTransition');

/** The intent first; then the poller tells what becomes of it. */
export async function demo_external(job: Job<DemoExternalParams>): Promise<{ durationMs: number }> {
  const told: DemoTransition[] = [];
  setHandler(transitionSignal, (transition) => {
    if (transition.round === job.input.round) told.push(transition);
  });
  const { durationMs, stallAtMs = null, stallForMs } = job.params;
  const { round } = job.input;
  job.compensation.push('removeDemoItem', { round });
  await job
    .steps<ExternalSteps>()
    .planDemoItem({ round, durationMs, stallAtMs, stallForMs }, { occurrence: round });
  const more = (): boolean => told.length > 0;
  for (;;) {
    await condition(more);
    const transition = told.shift();
    if (transition?.kind === 'complete') return { durationMs };
    if (transition?.kind !== 'stalled') continue;
    // retryNow cannot move the item; so the reason stays.
    while (!more()) await job.wait({ reason: 'download_stalled', detail: transition.detail, until: more });
  }
}
