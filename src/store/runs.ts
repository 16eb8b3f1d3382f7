import { PAUSED_BY_PARENT, type TerminalStatus } from '../domain/jobs/status.js';
import type { StepFailure } from '../domain/jobs/job-input.js';
import type { Database, Queryable } from './database.js';
import { touchJob } from './jobs.js';

export interface Claim {
  jobId: string;
  round: number;
  runId: string;
  /** firstExecutionRunId: constant along continue-as-new and reset. */
  chain: string;
}

export interface ClaimAnswer {
  granted: boolean;
  reason: string | null;
  /** As the row says, so that a new run of a paused job stays paused. */
  paused: boolean;
  /** By its parent alone. */
  byParent?: boolean;
}

/**
 * Binds (job, round) to a chain. A second chain, a run of a round that is over, and a job cancelled
 * before Temporal knew it are refused, and kept as void runs (jobs.md §3).
 */
export async function claimRound(db: Database, claim: Claim): Promise<ClaimAnswer> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{
      round: number;
      claimedRound: number | null;
      claimedChain: string | null;
      outcomeStatus: string | null;
      pausedAt: Date | null;
      pausedBy: string | null;
    }>(
      `select round, claimed_round as "claimedRound", claimed_chain as "claimedChain",
         outcome_status as "outcomeStatus", paused_at as "pausedAt", paused_by as "pausedBy" from jobs where id = $1 for update`,
      [claim.jobId],
    );
    const refusal = refusalOf(rows[0], claim);
    await tx.query(
      `insert into job_runs (job_id, run_id, chain, round, void)
       select $1, $2, $3, $4, $5 where exists (select from jobs where id = $1)
       on conflict (job_id, run_id) do nothing`,
      [claim.jobId, claim.runId, claim.chain, claim.round, refusal !== null],
    );
    if (refusal !== null) return { granted: false, reason: refusal, paused: false };
    await tx.query(
      `update jobs set claimed_round = $2, claimed_chain = $3, claimed_run = $4,
         accepted_round = greatest(accepted_round, $2), start_error = null where id = $1`,
      [claim.jobId, claim.round, claim.chain, claim.runId],
    );
    await touchJob(tx, claim.jobId);
    const paused = rows[0]?.pausedAt !== null;
    return { granted: true, reason: null, paused, byParent: rows[0]?.pausedBy === PAUSED_BY_PARENT };
  });
}

function refusalOf(
  job:
    | {
        round: number;
        claimedRound: number | null;
        claimedChain: string | null;
        outcomeStatus: string | null;
      }
    | undefined,
  claim: Claim,
): string | null {
  if (job === undefined) return 'no row of this job exists';
  if (job.round !== claim.round) return `round ${claim.round} is over, the job is at round ${job.round}`;
  if (job.outcomeStatus !== null) return `the job is ${job.outcomeStatus}`;
  if (job.claimedRound === claim.round && job.claimedChain !== claim.chain) {
    return `round ${claim.round} belongs to the chain ${job.claimedChain ?? 'unknown'}`;
  }
  return null;
}

/** A run that has asked for its job, refused ones too. */
export async function findRun(
  db: Queryable,
  jobId: string,
  runId: string,
): Promise<{ round: number; void: boolean } | undefined> {
  const { rows } = await db.query<{ round: number; void: boolean }>(
    'select round, void from job_runs where job_id = $1 and run_id = $2',
    [jobId, runId],
  );
  return rows[0];
}

export interface Proposal {
  jobId: string;
  round: number;
  runId: string;
  status: TerminalStatus;
  result: unknown;
  error: StepFailure | null;
}

/** What the run says of its end; it counts once Temporal confirms it. */
export async function recordProposal(db: Queryable, proposal: Proposal): Promise<void> {
  await db.query(
    `update jobs set proposed_status = $3, proposed_run = $4, proposed_result = $5, proposed_error = $6, proposed_at = now()
     where id = $1 and round = $2 and outcome_status is null and claimed_run = $4`,
    [
      proposal.jobId,
      proposal.round,
      proposal.status,
      proposal.runId,
      proposal.result === undefined ? null : JSON.stringify(proposal.result),
      proposal.error === null ? null : JSON.stringify(proposal.error),
    ],
  );
}

export interface ConfirmedOutcome {
  jobId: string;
  round: number;
  runId: string | null;
  status: TerminalStatus;
  result: unknown;
  error: StepFailure | null;
}

/** Writes the outcome that Temporal told, ends what the job still had open, and frees its dedupe key. */
export async function recordOutcome(db: Database, outcome: ConfirmedOutcome): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update jobs set outcome_status = $3, outcome_run = $4, result = $5, error = $6,
         accepted_round = round, wait_reason = null, wait_since = null, wait_until = null, wait_detail = null
       where id = $1 and round = $2 and outcome_status is null`,
      [
        outcome.jobId,
        outcome.round,
        outcome.status,
        outcome.runId,
        outcome.result === undefined || outcome.result === null ? null : JSON.stringify(outcome.result),
        outcome.error === null ? null : JSON.stringify(outcome.error),
      ],
    );
    if (rowCount !== 1) return false;
    await tx.query(
      `update job_attempts set ended_at = now(), outcome = 'stopped' where job_id = $1 and ended_at is null`,
      [outcome.jobId],
    );
    await tx.query(
      `update job_steps set state = 'stopped', current_attempt = null, waiting_since = null, ended_at = now()
       where job_id = $1 and state in ('waiting', 'running', 'backoff')`,
      [outcome.jobId],
    );
    await touchJob(tx, outcome.jobId);
    return true;
  });
}

/** Open jobs whose run has proposed an outcome that nobody confirmed yet. */
export async function unconfirmed(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from jobs where proposed_status is not null and outcome_status is null order by proposed_at limit 200`,
  );
  return rows.map((row) => row.id);
}
