import { normalizeError } from '../domain/faults.js';
import type { PermitPolicy } from '../domain/jobs/policy.js';
import { askPermit, healPermits, recordPermitTold, releasePermit } from '../store/permits.js';
import { eachApart } from './apart.js';
import type { JobsDeps } from './deps.js';

type PermitDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

/** The signal by which a run that waits in line hears that it may go on. */
const GRANTED = 'permitGranted';

/** true: go on; false: wait for the signal. */
export function takePermit(
  { db }: Pick<PermitDeps, 'db'>,
  ask: { jobId: string; permit: PermitPolicy },
): Promise<boolean> {
  return askPermit(db, ask);
}

/** Frees what the job holds or waits for, and tells those whose turn has come. */
export async function freePermit(deps: PermitDeps, jobId: string): Promise<void> {
  await tellGranted(deps, await releasePermit(deps.db, jobId));
}

/** What the sweeper does about permits: a releaser may have died before it told anybody (jobs.md §5). */
export async function mendPermits(deps: PermitDeps): Promise<void> {
  await tellGranted(deps, await healPermits(deps.db));
}

/** Whoever cannot be told now is told by the sweeper. */
async function tellGranted(deps: PermitDeps, jobIds: string[]): Promise<void> {
  try {
    await eachApart(deps, jobIds, async (jobId) => {
      if (await deps.temporal.signal(jobId, GRANTED, [])) await recordPermitTold(deps.db, jobId);
    });
  } catch (error) {
    deps.log.warn({ err: normalizeError(error) }, 'permits could not be told yet; the sweeper does');
  }
}
