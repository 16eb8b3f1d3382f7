import {
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';

import type { Facts } from '../../activities/jobs/facts.js';

/** A status write is a local activity of at most 3 s in all … */
const local = proxyLocalActivities<Facts>({
  scheduleToCloseTimeout: '3 seconds',
  retry: { initialInterval: '200 milliseconds', maximumAttempts: 4 },
});

/** … then a normal activity, retried without limit: a local one alone would fill the history (jobs.md §3). */
const durable = proxyActivities<Facts>({
  taskQueue: 'admin',
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

type FactName = keyof Facts;
export type FactInput<Name extends FactName> = Parameters<Facts[Name]>[0];
type FactOutput<Name extends FactName> = Awaited<ReturnType<Facts[Name]>>;

/** Records a fact of this run in Postgres, however long Postgres is away. */
export async function fact<Name extends FactName>(
  name: Name,
  input: FactInput<Name>,
): Promise<FactOutput<Name>> {
  try {
    return await call<FactOutput<Name>>(local[name], input);
  } catch (error) {
    if (isCancellation(error) || isFinal(error)) throw error;
    return call<FactOutput<Name>>(durable[name], input);
  }
}

/** TypeScript cannot relate an indexed function to its own indexed parameter; the signature above does. */
function call<Output>(activity: unknown, input: unknown): Promise<Output> {
  return (activity as (given: unknown) => Promise<Output>)(input);
}

function isFinal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}
