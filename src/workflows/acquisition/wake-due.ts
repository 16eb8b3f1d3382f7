import type { WakeSteps } from '../../activities/acquisition/wake-steps.js';
import type { Job } from '../jobs/job.js';

export interface WokenRequests {
  woken: number;
}

export interface WakeParams {
  all: boolean;
}

/** Between two slices, so that a thousand requests do not search in one minute (acquisition.md §8 no. 3). */
const APART_MS = 20_000;

/** Wakes all that is due, slice by slice. */
export async function wakeDue(
  job: Job<WakeParams>,
  state: 'awaiting_search' | 'awaiting_import',
): Promise<WokenRequests> {
  const steps = job.steps<WakeSteps>();
  let total = 0;
  for (let occurrence = job.input.round * 10_000; ; occurrence += 1) {
    const { woken, left, restMs } = await steps.wakeDue({ state, all: job.params.all }, { occurrence });
    total += woken;
    if (left === 0) return { woken: total };
    const detail = `${left} more requests are due`;
    // The indexers' own rest, else half to one and a half times the usual gap.
    const waitMs = restMs ?? Math.round(APART_MS * (0.5 + Math.random()));
    await job.wait({ reason: restMs === null ? 'next_search' : 'indexer_backoff', detail, waitMs });
  }
}
