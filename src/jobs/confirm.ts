import type { StepFailure } from '../domain/jobs/job-input.js';
import type { TerminalStatus } from '../domain/jobs/status.js';
import { findJob, withdrawAcceptance, type JobRow } from '../store/jobs.js';
import { insertRepair } from '../store/repairs.js';
import { confirmOutcome, findRun, recordOutcome, replaceOutcome, unconfirmed } from '../store/runs.js';
import type { Execution } from '../temporal/gateway.js';
import { eachApart } from './apart.js';
import type { JobsDeps } from './deps.js';
import { freePermit } from './permits.js';

type ConfirmDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;
type Closed = Extract<Execution, { state: 'closed' }>;

/** At once, 50 ms, 200 ms, 1 s; then the sweeper each 5 s (jobs.md §3). */
const CONFIRM_AFTER_MS = [20, 50, 200, 1_000];

/** `unknown`: Temporal has no run of this job at all. */
export type Confirmed = 'open' | 'ended' | 'unknown';

/**
 * Compares one open job with what Temporal says of its claimed run, and writes the outcome that
 * Temporal tells. A write from inside the run can be ahead of a terminate, a late signal or a reset.
 */
export async function confirmJob(deps: ConfirmDeps, jobId: string): Promise<Confirmed> {
  const job = await findJob(deps.db, jobId);
  if (job?.outcomeStatus !== null) return 'ended';
  if (job.acceptedRound < job.round) return 'open';
  const execution = await deps.temporal.describe(job.id);
  switch (execution.state) {
    case 'unknown':
      return 'unknown';
    case 'open':
      return 'open';
    case 'closed':
      return confirmClosed(deps, job, execution);
  }
}

async function confirmClosed(deps: ConfirmDeps, job: JobRow, latest: Closed): Promise<Confirmed> {
  const closed = await closedRunOf(deps, job, latest);
  switch (closed) {
    case 'not_ours':
      // The start was answered by another's run: the round has none of its own yet.
      if (await withdrawAcceptance(deps.db, job.id, job.round)) {
        const detail = `the latest run ${latest.runId} is not of round ${job.round}`;
        await insertRepair(deps.db, { jobId: job.id, kind: 'start_repeated', detail });
      }
      return 'open';
    case 'open':
      return 'open';
    default:
      await writeOutcome(deps, job, closed);
      return 'ended';
  }
}

/** The end of the claimed chain; a refused run, or one of an earlier round, says nothing of this one. */
async function closedRunOf(
  deps: ConfirmDeps,
  job: JobRow,
  latest: Closed,
): Promise<Closed | 'not_ours' | 'open'> {
  if (job.claimedRound === job.round) {
    if (job.claimedChain === null || latest.chain === job.claimedChain) return latest;
    const claimed = await deps.temporal.describe(job.id, job.claimedRun ?? undefined);
    return claimed.state === 'closed' ? claimed : 'open';
  }
  const run = await findRun(deps.db, job.id, latest.runId);
  if (run !== undefined) return 'not_ours';
  // Ended before it could claim anything: by somebody's terminate or cancel, or since it was no job's at all.
  if (latest.status !== 'FAILED') return latest;
  const end = await deps.temporal.endOf(job.id, latest.runId);
  return 'failure' in end && end.failure.kind === 'bad_input' ? 'not_ours' : latest;
}

async function writeOutcome(deps: ConfirmDeps, job: JobRow, closed: Closed): Promise<void> {
  const status = statusOf(closed.status);
  const agrees = job.proposedStatus === status && job.proposedRun === closed.runId;
  const end = agrees
    ? { result: job.proposedResult, error: job.proposedError }
    : await endFromTemporal(deps, job.id, closed);
  const wrote = await recordOutcome(deps.db, {
    jobId: job.id,
    round: job.round,
    runId: closed.runId,
    status,
    ...end,
  });
  if (!wrote) return;
  if (!agrees) {
    const detail = `Temporal says ${closed.status}, the run had proposed ${job.proposedStatus ?? 'nothing'}`;
    await insertRepair(deps.db, { jobId: job.id, kind: 'outcome_from_temporal', detail });
    deps.log.warn({ jobId: job.id, told: closed.status }, 'the outcome came from Temporal, not from the run');
  }
  if (job.policy.permit !== undefined) await freePermit(deps, job.id);
}

/** A terminal row whose chain came to another end since: a reset that nobody was told of. */
export async function correctOutcome(deps: ConfirmDeps, job: JobRow, closed: Closed): Promise<boolean> {
  const status = statusOf(closed.status);
  const end = await endFromTemporal(deps, job.id, closed);
  const outcome = { jobId: job.id, round: job.round, runId: closed.runId, status, ...end };
  if (!(await replaceOutcome(deps.db, outcome))) return false;
  const detail = `the row said ${job.outcomeStatus ?? 'open'}, its chain ended ${closed.status}`;
  await insertRepair(deps.db, { jobId: job.id, kind: 'outcome_changed', detail });
  return true;
}

/** Our word for how Temporal says that a run ended. */
export function statusOf(told: string): TerminalStatus {
  switch (told) {
    case 'COMPLETED':
      return 'completed';
    case 'CANCELLED':
    case 'CANCELED':
    case 'TERMINATED':
      return 'cancelled';
    default:
      return 'failed';
  }
}

async function endFromTemporal(
  { temporal }: ConfirmDeps,
  jobId: string,
  { runId, status }: Closed,
): Promise<{ result: unknown; error: StepFailure | null }> {
  if (status === 'TERMINATED') return { result: null, error: TERMINATED };
  if (statusOf(status) === 'cancelled') return { result: null, error: null };
  const end = await temporal.endOf(jobId, runId);
  return 'result' in end ? { result: end.result, error: null } : { result: null, error: end.failure };
}

const TERMINATED: StepFailure = {
  kind: 'terminated',
  message: 'Temporal says that the run ended TERMINATED, and the run could not say why',
  remedy: 'Retry the job; finished steps are kept',
};

/** The common case in one call: the run ended as it had proposed. Anything else is looked at in full. */
async function confirmProposal(deps: ConfirmDeps, jobId: string): Promise<Confirmed> {
  const execution = await deps.temporal.describe(jobId);
  if (execution.state !== 'closed') return execution.state;
  const { runId, chain, status } = execution;
  const answer = await confirmOutcome(deps.db, { jobId, runId, chain, status: statusOf(status) });
  if (answer === 'differs') return confirmJob(deps, jobId);
  if (answer === 'holds_permit') await freePermit(deps, jobId);
  return 'ended';
}

/** Confirms soon after a proposal, in this process; whatever is missed is the sweeper's. */
export function createConfirmer(deps: ConfirmDeps): { soon: (jobId: string) => void; close: () => void } {
  const timers = new Set<NodeJS.Timeout>();
  const schedule = (jobId: string, index: number): void => {
    const wait = CONFIRM_AFTER_MS[index];
    if (wait === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      confirmProposal(deps, jobId).then(
        (state) => {
          if (state === 'open') schedule(jobId, index + 1);
        },
        (error: unknown) => {
          deps.log.warn({ jobId, err: error }, 'an outcome could not be confirmed yet');
        },
      );
    }, wait);
    timers.add(timer);
  };
  return {
    soon: (jobId) => {
      schedule(jobId, 0);
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

export async function confirmProposed(deps: ConfirmDeps): Promise<void> {
  await eachApart(deps, await unconfirmed(deps.db), (jobId) => confirmJob(deps, jobId));
}
