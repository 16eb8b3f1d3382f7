import { randomUUID } from 'node:crypto';

import { NO_NEEDS } from '../domain/jobs/leases.js';
import { loadSteps } from '../activities/registry.js';
import type { ActivityDeps } from '../activities/deps.js';
import type { AnyStep, StepContext } from '../activities/jobs/step.js';
import { normalizeError } from '../domain/faults.js';
import { doublingWait } from '../domain/jobs/backoff.js';
import type { StepArgs } from '../domain/jobs/job-input.js';
import { dueCleanups, endCleanup, postponeCleanup, type DueCleanup } from '../store/cleanups.js';

const ONE_CLEANUP_MS = 60_000;

/** Tries again, without limit, what a compensation could not undo (jobs.md §5): 30 s, doubling to an hour. */
export async function retryCleanups(deps: ActivityDeps): Promise<void> {
  const due = await dueCleanups(deps.db);
  if (due.length === 0) return;
  const steps = await loadSteps(deps);
  for (const cleanup of due) await retryOne(deps, cleanup, steps[cleanup.activity]);
}

async function retryOne(deps: ActivityDeps, cleanup: DueCleanup, run: AnyStep | undefined): Promise<void> {
  try {
    if (run === undefined) throw new Error(`This version has no step "${cleanup.activity}"`);
    await run((cleanup.input as StepArgs).input, contextOf(deps, cleanup));
    await endCleanup(deps.db, cleanup.id);
  } catch (error) {
    const waitMs = doublingWait(cleanup.tries, { first: 30_000, max: 3_600_000 });
    await postponeCleanup(deps.db, { id: cleanup.id, error: normalizeError(error).message, waitMs });
    deps.log.warn(
      { jobId: cleanup.jobId, cleanup: cleanup.activity, err: error },
      'a cleanup failed; it is tried again',
    );
  }
}

/** A cleanup runs outside of any attempt: its round is over, so nothing else can own the work. */
function contextOf(deps: ActivityDeps, { jobId, activity }: DueCleanup): StepContext {
  return {
    jobId,
    attemptId: randomUUID(),
    attempt: 1,
    signal: AbortSignal.timeout(ONE_CLEANUP_MS),
    ...{ needs: NO_NEEDS, useOnly: () => undefined },
    checkpoint: null,
    saveCheckpoint: () => Promise.resolve(),
    progress: () => undefined,
    fence: () => Promise.resolve(),
    log: (level, message, metadata) => {
      deps.log[level]({ jobId, cleanup: activity, ...metadata }, message);
    },
  };
}
