import { ApplicationFailure } from '@temporalio/workflow';

import type { StepFailure } from '../../domain/jobs/job-input.js';

/** A part that failed for good fails the whole, in its own words. */
export function childFailure(error: StepFailure): ApplicationFailure {
  return ApplicationFailure.create({
    message: error.message,
    type: error.kind,
    nonRetryable: true,
    details: [error],
  });
}
