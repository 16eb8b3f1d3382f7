import { FAULTS, type FaultKind } from '../faults.js';
import type { StepFailure } from './job-input.js';
import { environmentWaitMs, type RetryPolicy } from './policy.js';

/** How often a step has failed in this round, by what its failures mean. */
export interface FailureCounts {
  tries: number;
  environment: number;
}

export const NO_FAILURES: FailureCounts = { tries: 0, environment: 0 };

/**
 * Counts a try or waits for the environment (jobs.md §5 "Retry"); the other side's Retry-After wins.
 * @returns `waitMs` in milliseconds; undefined when the tries are spent or none would help.
 */
export function afterFailure(
  failure: StepFailure,
  before: FailureCounts,
  { waitsMs }: RetryPolicy,
): { counts: FailureCounts; waitMs: number | undefined } {
  switch (ruleOf(failure)) {
    case 'never':
      return { counts: before, waitMs: undefined };
    case 'waits': {
      const environment = before.environment + 1;
      const waitMs = failure.retryAfterMs ?? environmentWaitMs(environment);
      return { counts: { ...before, environment }, waitMs };
    }
    case 'counted': {
      const wait = waitsMs[before.tries];
      const waitMs = wait === undefined ? undefined : (failure.retryAfterMs ?? wait);
      return { counts: { ...before, tries: before.tries + 1 }, waitMs };
    }
  }
}

/** A kind that nobody named may pass, and is counted. */
function ruleOf({ kind }: StepFailure): (typeof FAULTS)[FaultKind] {
  return Object.hasOwn(FAULTS, kind) ? FAULTS[kind as FaultKind] : 'counted';
}
