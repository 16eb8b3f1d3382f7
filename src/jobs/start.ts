import { normalizeError } from '../domain/faults.js';
import { findJob, pendingJobs, recordAccepted, recordStartError, type JobRow } from '../store/jobs.js';
import { findRun } from '../store/runs.js';
import { isCancelWished } from '../store/wishes.js';
import { eachApart } from './apart.js';
import type { JobsDeps } from './deps.js';
import { inputOf } from './workflow-input.js';

/**
 * Asks Temporal to start the job's present round, and answers its row then; undefined leaves it `pending` for the
 * sweeper. The claim makes a second start harmless, so no lock is held over the call.
 */
export async function startJob(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>,
  job: JobRow,
): Promise<JobRow | undefined> {
  try {
    await deps.temporal.start(inputOf(job));
  } catch (error) {
    deps.log.warn({ jobId: job.id, err: error }, 'Temporal did not take the start; the job stays pending');
    await recordStartError(deps.db, job.id, normalizeError(error).message);
    return undefined;
  }
  return recordAccepted(deps.db, job.id, job.round);
}

/** Starts what is pending for more than 5 s, children of open parents included; ends with the first that is not taken. */
export async function startPending(deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>): Promise<void> {
  let taken = true;
  await eachApart(deps, await pendingJobs(deps.db), async (id) => {
    const job = await findPending(deps, id);
    if (!taken || job === undefined) return;
    if (await hasBegun(deps, job)) await recordAccepted(deps.db, job.id, job.round);
    else if ((await startJob(deps, job)) === undefined) taken = false;
  });
}

/** Starts a round that was begun because the one before is lost; what Temporal does not take is the sweeper's. */
export async function startAnew(deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>, id: string): Promise<void> {
  const job = await findPending(deps, id);
  if (job !== undefined) await startJob(deps, job);
}

/** One that somebody has cancelled meanwhile is not begun first: its wish ends it by its row (jobs.md §8, 9). */
async function findPending({ db }: Pick<JobsDeps, 'db'>, id: string): Promise<JobRow | undefined> {
  const job = await findJob(db, id);
  if (job === undefined || job.acceptedRound >= job.round || job.outcomeStatus !== null) return undefined;
  return (await isCancelWished(db, id)) ? undefined : job;
}

/**
 * Temporal refuses a second first round by itself. A later one may have run to its end already, where the row comes
 * from an older copy: what is done is not done again (jobs.md §8, 12).
 */
async function hasBegun({ db, temporal }: Pick<JobsDeps, 'db' | 'temporal'>, job: JobRow): Promise<boolean> {
  if (job.round === 1) return false;
  const latest = await temporal.describe(job.id);
  // A run that the row knows is refused, or of an earlier round.
  if (latest.state === 'unknown' || (await findRun(db, job.id, latest.runId)) !== undefined) return false;
  return (await temporal.startInput(job.id, latest.runId))?.round === job.round;
}
