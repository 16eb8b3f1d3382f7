import { PAUSED_BY_PARENT, type TerminalStatus } from '../domain/jobs/status.js';
import type { StepFailure } from '../domain/jobs/job-input.js';
import type { Database, Queryable } from './database.js';
import { touchJob } from './jobs.js';
import { requireOurs, type Standing } from './standing.js';

export interface Claim {
  jobId: string;
  round: number;
  runId: string;
  /** firstExecutionRunId: constant along continue-as-new and reset. */
  chain: string;
}

export type ClaimAnswer =
  | {
      granted: true;
      reason: null;
      /** As the row says, so that a new run of a paused job stays paused. */
      paused: boolean;
      /** By its parent alone. */
      byParent: boolean;
    }
  /** `cancelled`: Temporal was asked to cancel the run, with the reason. */
  | { granted: false; reason: string; paused: false; cancelled: boolean };

/**
 * `missing` and `behind`: the row does not know of this round, for a copy of the database was restored. `ended`: the
 * chain that came to the row's outcome claims it once more, for it was reset.
 */
export type Claimed = ClaimAnswer | 'missing' | 'behind' | 'ended';

/**
 * Binds (job, round) to a chain. A second chain, a run of a round that is over, and a job cancelled
 * before Temporal knew it are refused, and kept as void runs (jobs.md §3).
 */
export async function claimRound(db: Queryable, claim: Claim): Promise<Claimed> {
  const { rows } = await db.query<{
    standing: 'missing' | 'behind' | 'ended' | 'ours';
    refusal: string | null;
    paused: boolean;
    pausedBy: string | null;
  }>('select standing, refusal, paused, paused_by as "pausedBy" from claim_round($1, $2, $3, $4)', [
    claim.jobId,
    claim.round,
    claim.runId,
    claim.chain,
  ]);
  const { standing, refusal, paused, pausedBy } = rows[0] ?? MISSING;
  if (standing !== 'ours') return standing;
  if (refusal !== null) return { granted: false, reason: refusal, paused: false, cancelled: false };
  return { granted: true, reason: null, paused, byParent: pausedBy === PAUSED_BY_PARENT };
}

const MISSING = { standing: 'missing', refusal: null, paused: false, pausedBy: null } as const;

/**
 * Takes a run for the job's present one, whatever the row believed: a reset began an ended round again, or the row
 * is older than its run. Its finished steps and checkpoints stay.
 */
export async function adoptRound(db: Database, claim: Claim): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update jobs set round = $2, accepted_round = $2, claimed_round = $2, claimed_chain = $3, claimed_run = $4,
         outcome_status = null, outcome_run = null, result = null, error = null,
         proposed_status = null, proposed_run = null, proposed_result = null, proposed_error = null, proposed_at = null,
         start_error = null
       where id = $1 and round <= $2`,
      [claim.jobId, claim.round, claim.chain, claim.runId],
    );
    if (rowCount !== 1) return false;
    await keepRun(tx, claim);
    return true;
  });
}

/**
 * Takes an ended run of a later round than the row knows for the job's own: the row is older than its run. How it
 * ended is still to be written.
 */
export async function claimEndedRun(db: Database, claim: Claim): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update jobs set round = $2, accepted_round = $2, claimed_round = $2, claimed_chain = $3, claimed_run = $4,
         start_error = null
       where id = $1 and round < $2`,
      [claim.jobId, claim.round, claim.chain, claim.runId],
    );
    if (rowCount !== 1) return false;
    await keepRun(tx, claim);
    return true;
  });
}

async function keepRun(tx: Queryable, { jobId, round, runId, chain }: Claim): Promise<void> {
  await tx.query(
    `insert into job_runs (job_id, run_id, chain, round) values ($1, $2, $3, $4)
     on conflict (job_id, run_id) do update set void = false`,
    [jobId, runId, chain, round],
  );
  await touchJob(tx, jobId);
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

/** What the run says of its end; it counts once Temporal confirms it. @throws NotStanding */
export async function recordProposal(db: Queryable, proposal: Proposal): Promise<void> {
  const { rows } = await db.query<{ standing: Standing }>(
    'select propose_outcome($1, $2, $3, $4, $5, $6) as standing',
    [
      proposal.jobId,
      proposal.round,
      proposal.runId,
      proposal.status,
      encoded(proposal.result),
      encoded(proposal.error),
    ],
  );
  requireOurs(rows[0]?.standing);
}

function encoded(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
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
export function recordOutcome(db: Queryable, outcome: ConfirmedOutcome): Promise<boolean> {
  return writeOutcome(db, outcome, { replace: false });
}

/**
 * Takes the word of the run that proposed its outcome, where Temporal says the same of the claimed chain: one call.
 * `differs` has written nothing.
 */
export async function confirmOutcome(
  db: Queryable,
  told: { jobId: string; runId: string; chain: string; status: TerminalStatus },
): Promise<'ended' | 'holds_permit' | 'differs'> {
  const { rows } = await db.query<{ answer: 'ended' | 'holds_permit' | 'differs' }>(
    'select confirm_outcome($1, $2, $3, $4) as answer',
    [told.jobId, told.runId, told.chain, told.status],
  );
  return rows[0]?.answer ?? 'differs';
}

/** The claimed chain came to another end than the row has: it was reset after its end, and nobody told the row. */
export function replaceOutcome(db: Queryable, outcome: ConfirmedOutcome): Promise<boolean> {
  return writeOutcome(db, outcome, { replace: true });
}

async function writeOutcome(
  db: Queryable,
  { jobId, round, status, runId, result, error }: ConfirmedOutcome,
  { replace }: { replace: boolean },
): Promise<boolean> {
  const { rows } = await db.query<{ wrote: boolean }>(
    'select record_outcome($1, $2, $3, $4, $5, $6, $7) as wrote',
    [jobId, round, status, runId, encoded(result), encoded(error), replace],
  );
  return rows[0]?.wrote === true;
}

/** Open jobs whose run has proposed an outcome that nobody confirmed yet. */
export async function unconfirmed(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from jobs where proposed_status is not null and outcome_status is null order by proposed_at limit 200`,
  );
  return rows.map((row) => row.id);
}
