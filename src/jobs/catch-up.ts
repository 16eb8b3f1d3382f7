import { insertRepair } from '../store/repairs.js';
import { findJob, type JobRow } from '../store/jobs.js';
import { claimEndedRun } from '../store/runs.js';
import type { Execution } from '../temporal/gateway.js';
import { adoptRun } from './adopt.js';
import { correctOutcome } from './confirm.js';
import type { JobsDeps } from './deps.js';

/**
 * Temporal's open run is another than the row speaks of: its chain was reset after its end, or the row comes from an
 * older copy, and no fact of the run has come yet (jobs.md §4, (d) and (f)). The round is the run's own word.
 */
export async function followOpenRun(
  deps: JobsDeps,
  { jobId, runId }: { jobId: string; runId: string },
): Promise<void> {
  const input = await deps.temporal.startInput(jobId, runId);
  const job = await findJob(deps.db, jobId);
  if (input === undefined || job === undefined) return;
  // A run of the open round, continued or reset, tells its facts itself.
  if (job.outcomeStatus === null && input.round <= job.round) return;
  await adoptRun(deps, { jobId, runId, round: input.round });
}

/** The row has an end, but Temporal's latest run is of a later round, and has ended too: that end counts. */
export async function catchUpEnded(
  deps: JobsDeps,
  job: JobRow,
  latest: Extract<Execution, { state: 'closed' }>,
): Promise<void> {
  const input = await deps.temporal.startInput(job.id, latest.runId);
  if (input === undefined || input.round <= job.round) return;
  const { runId, chain } = latest;
  if (!(await claimEndedRun(deps.db, { jobId: job.id, round: input.round, runId, chain }))) return;
  const detail = `the row was at round ${job.round}, its run at round ${input.round}`;
  await insertRepair(deps.db, { jobId: job.id, kind: 'row_caught_up', detail });
  await correctOutcome(deps, { ...job, round: input.round }, latest);
}
