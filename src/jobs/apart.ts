import { Fault, normalizeError } from '../domain/faults.js';
import { eachAtMost } from '../domain/each-at-most.js';
import type { JobsDeps } from './deps.js';

/** How many jobs are worked at side by side where each needs a call to Temporal. */
const AT_ONCE = 10;

/**
 * Works at each job on its own: one that cannot be worked at is told and must not keep the others. Only trouble of
 * the surroundings ends it all, since the next would meet the same.
 * @throws Fault environment
 */
export async function eachApart(
  { log }: Pick<JobsDeps, 'log'>,
  jobIds: Iterable<string>,
  work: (jobId: string) => Promise<unknown>,
): Promise<void> {
  await eachAtMost(AT_ONCE, [...new Set(jobIds)], async (jobId) => {
    try {
      await work(jobId);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'environment') throw error;
      log.error({ jobId, err: error }, 'a job could not be swept; the next pass tries it again');
    }
  });
}

/**
 * Every part of a pass has its turn, whatever becomes of the others.
 * @throws AggregateError of all that failed, at the end.
 */
export async function allParts(parts: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: Error[] = [];
  for (const part of parts) {
    await part().catch((error: unknown) => {
      failures.push(normalizeError(error));
    });
  }
  const [first] = failures;
  if (first === undefined) return;
  throw failures.length === 1
    ? first
    : new AggregateError(failures, `${failures.length} parts of a pass failed`);
}
