import type { Claim } from '../store/runs.js';
import { adoptRound, replaceOutcome } from '../store/runs.js';
import { violatedUnique } from '../store/database.js';
import { findJob, findOpenEqual, raiseRound, type JobRow } from '../store/jobs.js';
import { insertRepair } from '../store/repairs.js';
import type { JobsDeps } from './deps.js';
import { askHowItStands, rebuildJob } from './rebuild.js';

type AdoptDeps = Pick<JobsDeps, 'db' | 'temporal' | 'catalogue' | 'log'>;

/**
 * A run speaks for a round that its row does not take. Where Temporal says that this run is the job's open one, the
 * row follows it: it was reset after its end, or the row comes from an older copy (jobs.md §4, (d) and (f)).
 * @returns whether the row takes the run's facts now.
 */
export async function adoptRun(
  deps: AdoptDeps,
  { jobId, round, runId }: { jobId: string; round: number; runId: string },
): Promise<boolean> {
  const execution = await deps.temporal.describe(jobId);
  if (execution.state !== 'open' || execution.runId !== runId) return false;
  const job = await findJob(deps.db, jobId);
  if (job === undefined) return (await rebuildJob(deps, jobId)) !== undefined;
  if (isOfAnotherChain(job, { round, chain: execution.chain })) return false;
  return follow(deps, job, { jobId, round, runId, chain: execution.chain });
}

function isOfAnotherChain(job: JobRow, { round, chain }: { round: number; chain: string }): boolean {
  if (job.round !== round) return job.round > round;
  return job.claimedRound === round && job.claimedChain !== null && job.claimedChain !== chain;
}

async function follow(deps: AdoptDeps, job: JobRow, claim: Claim): Promise<boolean> {
  try {
    // What the round before left open is nobody's any more.
    if (job.round < claim.round) await raiseRound(deps.db, claim);
    if (!(await adoptRound(deps.db, claim))) return false;
  } catch (error) {
    if (violatedUnique(error) !== 'jobs_open_dedupe') throw error;
    await refuseReset(deps, job, claim);
    return false;
  }
  const reset = job.outcomeStatus !== null && job.round === claim.round;
  await insertRepair(deps.db, {
    jobId: job.id,
    kind: reset ? 'reset_reopened' : 'row_caught_up',
    detail: reset
      ? `its run was reset after it had ${job.outcomeStatus ?? 'ended'}`
      : `the row was at round ${job.round}, its run at round ${claim.round}`,
  });
  if (!reset) await askHowItStands(deps, job.id);
  return true;
}

/** An equal job is open by now: the reset run is cancelled, and the row says why (jobs.md §4, (f)). */
async function refuseReset(deps: AdoptDeps, job: JobRow, claim: Claim): Promise<void> {
  const open = await findOpenEqual(deps.db, job.type, job.dedupeKey ?? '');
  const message = `It was reset while an equal job was open: ${open?.id ?? 'ended just now'}`;
  await deps.temporal.cancel(job.id, claim.runId, message);
  await replaceOutcome(deps.db, {
    jobId: job.id,
    round: job.round,
    runId: claim.runId,
    status: 'cancelled',
    result: null,
    error: { kind: 'superseded', message, remedy: 'Follow that job instead' },
  });
  await insertRepair(deps.db, { jobId: job.id, kind: 'reset_refused', detail: message });
}
