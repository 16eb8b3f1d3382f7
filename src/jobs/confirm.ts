import type { StepFailure } from '../domain/jobs/job-input.js';
import type { TerminalStatus } from '../domain/jobs/status.js';
import { findJob, type JobRow } from '../store/jobs.js';
import { findRun, recordOutcome, unconfirmed } from '../store/runs.js';
import type { Execution } from '../temporal/gateway.js';
import type { JobsDeps } from './deps.js';

type ConfirmDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

/** At once, 50 ms, 200 ms, 1 s; then the sweeper each 5 s (jobs.md §3). */
const CONFIRM_AFTER_MS = [20, 50, 200, 1_000];

/**
 * Compares one open job with what Temporal says of its claimed run, and writes the outcome that
 * Temporal tells. A write from inside the run can be ahead of a terminate, a late signal or a reset.
 */
export async function confirmJob(deps: ConfirmDeps, jobId: string): Promise<'open' | 'ended' | 'unknown'> {
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
      if (await isNotOfRound(deps, job, execution.runId)) return 'open';
      await writeOutcome(deps, job, execution);
      return 'ended';
  }
}

/** A refused run, or one of an earlier round. A run that ended before it could claim anything is in no list. */
async function isNotOfRound({ db }: ConfirmDeps, job: JobRow, runId: string): Promise<boolean> {
  const run = await findRun(db, job.id, runId);
  return run !== undefined && (run.void || run.round !== job.round);
}

async function writeOutcome(
  deps: ConfirmDeps,
  job: JobRow,
  execution: Extract<Execution, { state: 'closed' }>,
): Promise<void> {
  const status = statusOf(execution.status);
  const agrees = job.proposedStatus === status && job.proposedRun === execution.runId;
  const wrote = await recordOutcome(deps.db, {
    jobId: job.id,
    round: job.round,
    runId: execution.runId,
    status,
    result: agrees ? job.proposedResult : null,
    error: agrees ? job.proposedError : toldByTemporal(execution.status),
  });
  if (wrote && !agrees) {
    deps.log.warn(
      { jobId: job.id, told: execution.status },
      'the outcome came from Temporal, not from the run',
    );
  }
}

function statusOf(told: string): TerminalStatus {
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

function toldByTemporal(told: string): StepFailure | null {
  if (told === 'COMPLETED') return null;
  return {
    kind: told === 'TERMINATED' ? 'terminated' : 'ended_in_temporal',
    message: `Temporal says that the run ended ${told}, and the run could not say why`,
    remedy: 'Retry the job; finished steps are kept',
  };
}

/** Confirms soon after a proposal, in this process; whatever is missed is the sweeper's. */
export function createConfirmer(deps: ConfirmDeps): { soon: (jobId: string) => void; close: () => void } {
  const timers = new Set<NodeJS.Timeout>();
  const schedule = (jobId: string, index: number): void => {
    const wait = CONFIRM_AFTER_MS[index];
    if (wait === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      confirmJob(deps, jobId).then(
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
  for (const jobId of await unconfirmed(deps.db)) await confirmJob(deps, jobId);
}
