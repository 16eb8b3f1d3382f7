import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

import { Fault, FAULTS, normalizeError } from '../../domain/faults.js';
import type { StepFailure } from '../../domain/jobs/job-input.js';

/** A quoted message longer than this is cut: failures of retrying activities end at 4 kB in Temporal. */
const MAX_MESSAGE = 1_500;

/** What went wrong, in the words that rows, histories and people get. */
export function describeFailure(thrown: unknown): StepFailure {
  const error = normalizeError(thrown);
  const message = error.message.slice(0, MAX_MESSAGE);
  if (!(error instanceof Fault)) return { kind: 'transient', message: `${error.name}: ${message}` };
  return {
    kind: error.kind,
    message,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    ...(error.waitingReason === undefined ? {} : { waitingReason: error.waitingReason }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}

/** Non-retryable for Temporal: the loop of tries is the step helper's. */
export function asStepFailure(failure: StepFailure): ApplicationFailure {
  return ApplicationFailure.create({
    message: failure.message,
    type: failure.kind,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
    details: [failure],
  });
}

/** A fact's failure: Temporal retries what may pass, and only what never helps is final. */
export function asFactFailure(thrown: unknown): ApplicationFailure {
  const failure = describeFailure(thrown);
  return ApplicationFailure.create({
    message: failure.message,
    type: failure.kind,
    nonRetryable: thrown instanceof Fault && FAULTS[thrown.kind] === 'never',
    category: ApplicationFailureCategory.BENIGN,
    details: [failure],
  });
}
