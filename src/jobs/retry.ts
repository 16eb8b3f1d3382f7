import { Fault } from '../domain/faults.js';
import { isTerminal } from '../domain/jobs/status.js';
import { violatedUnique } from '../store/database.js';
import { beginRound, findJob, findOpenEqual, type JobRow } from '../store/jobs.js';
import type { JobsDeps } from './deps.js';
import { startJob } from './start.js';

/**
 * A new round of the same id: a failed job keeps its finished steps, a completed or cancelled one starts
 * fresh (jobs.md §4).
 * @throws Fault gone for an unknown job, superseded when it is open or an equal job is.
 */
export async function retryJob(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>,
  { jobId }: { jobId: string },
): Promise<JobRow> {
  const begun = await beginRetry(deps, { jobId });
  await startJob(deps, begun);
  return (await findJob(deps.db, jobId)) ?? begun;
}

/** The row's part of a retry: it is pending afterwards. @throws as retryJob. */
export async function beginRetry(deps: Pick<JobsDeps, 'db'>, { jobId }: { jobId: string }): Promise<JobRow> {
  const job = await findJob(deps.db, jobId);
  if (job === undefined) throw new Fault('gone', `There is no job "${jobId}"`);
  if (!isTerminal(job.status)) {
    throw new Fault('superseded', `${jobId} is ${job.status}; only an ended job can be retried`, {
      remedy: 'Wait for its end, or cancel it first',
    });
  }
  const round = await beginRoundAlone(deps, job);
  if (round === undefined) throw new Fault('superseded', `${jobId} was retried by somebody else just now`);
  return (await findJob(deps.db, jobId)) ?? job;
}

async function beginRoundAlone(deps: Pick<JobsDeps, 'db'>, job: JobRow): Promise<number | undefined> {
  try {
    return await deps.db.transaction((tx) =>
      beginRound(tx, { id: job.id, round: job.round, fresh: job.outcomeStatus !== 'failed' }),
    );
  } catch (error) {
    if (violatedUnique(error) !== 'jobs_open_dedupe') throw error;
    const open = await findOpenEqual(deps.db, job.type, job.dedupeKey ?? '');
    throw new Fault('superseded', `An equal job is open: ${open?.id ?? 'it ended just now'}`, {
      remedy: 'Follow that job instead',
      cause: error,
    });
  }
}
