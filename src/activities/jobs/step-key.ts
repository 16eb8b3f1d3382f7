import { createHash } from 'node:crypto';

import type { StepArgs } from '../../domain/jobs/job-input.js';
import type { StepKey } from '../../store/steps.js';

/** The key under which a finished step is never done again: its input counts by hash (jobs.md §1). */
export function stepKey(args: StepArgs): StepKey {
  return {
    jobId: args.jobId,
    name: args.step,
    occurrence: args.occurrence,
    inputHash: hashInput(args.input),
    round: args.round,
    queue: args.queue,
    ...(args.permit === undefined ? {} : { permit: args.permit }),
  };
}

export function hashInput(input: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([sortKeys(input)]))
    .digest('hex')
    .slice(0, 32);
}

/** Histories and rows may give the same object back with its keys in another order. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
