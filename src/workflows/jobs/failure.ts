import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
  isCancellation,
} from '@temporalio/workflow';

import { isStepFailure, type StepFailure } from '../../domain/jobs/job-input.js';

/** What a failed activity, child or run tells, in our words. */
export function readFailure(thrown: unknown): StepFailure {
  if (thrown instanceof ActivityFailure || thrown instanceof ChildWorkflowFailure) {
    return readFailure(thrown.cause ?? new Error(thrown.message));
  }
  if (thrown instanceof ApplicationFailure) {
    const told = thrown.details?.[0];
    return isStepFailure(told) ? told : { kind: thrown.type ?? 'transient', message: thrown.message };
  }
  if (thrown instanceof TimeoutFailure) {
    return { kind: 'transient', message: `The step took longer than allowed (${thrown.timeoutType})` };
  }
  if (isCancellation(thrown)) return { kind: 'cancelled', message: 'It was cancelled' };
  return { kind: 'transient', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
