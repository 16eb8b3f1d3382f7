import type { JobPolicy } from '../domain/jobs/policy.js';
import type { ProgressDetail } from '../domain/jobs/progress.js';
import type { StepFailure } from '../domain/jobs/job-input.js';
import type { JobStatus, TerminalStatus } from '../domain/jobs/status.js';
import type { WaitingReason } from '../domain/jobs/waiting.js';
import type { Queryable } from './database.js';

export interface JobRow {
  id: string;
  type: string;
  title: string;
  params: unknown;
  policy: JobPolicy;
  priority: number;
  subjectType: string | null;
  subjectId: string | null;
  dedupeKey: string | null;
  parentId: string | null;
  createdBy: string;
  createdAt: Date;
  round: number;
  acceptedRound: number;
  startError: string | null;
  claimedRound: number | null;
  claimedChain: string | null;
  claimedRun: string | null;
  pausedAt: Date | null;
  pausedBy: string | null;
  waitReason: WaitingReason | null;
  waitSince: Date | null;
  waitUntil: Date | null;
  waitDetail: string | null;
  proposedStatus: TerminalStatus | null;
  proposedRun: string | null;
  proposedResult: unknown;
  proposedError: StepFailure | null;
  outcomeStatus: TerminalStatus | null;
  result: unknown;
  error: StepFailure | null;
  progress: number;
  progressDetail: ProgressDetail | null;
  status: JobStatus;
  startedAt: Date | null;
  endedAt: Date | null;
  version: number;
}

/** The columns of JobRow under its names; `j` is the jobs table. */
export const JOB_COLUMNS = `
  j.id, j.type, j.title, j.params, j.policy, j.priority, j.subject_type as "subjectType",
  j.subject_id as "subjectId", j.dedupe_key as "dedupeKey", j.parent_id as "parentId",
  j.created_by as "createdBy", j.created_at as "createdAt", j.round,
  j.accepted_round as "acceptedRound", j.start_error as "startError",
  j.claimed_round as "claimedRound", j.claimed_chain as "claimedChain", j.claimed_run as "claimedRun",
  j.paused_at as "pausedAt", j.paused_by as "pausedBy", j.wait_reason as "waitReason",
  j.wait_since as "waitSince", j.wait_until as "waitUntil", j.wait_detail as "waitDetail",
  j.proposed_status as "proposedStatus", j.proposed_run as "proposedRun",
  j.proposed_result as "proposedResult", j.proposed_error as "proposedError",
  j.outcome_status as "outcomeStatus", j.result, j.error, j.progress,
  j.progress_detail as "progressDetail", j.status, j.started_at as "startedAt",
  j.ended_at as "endedAt", j.version`;

export interface NewJob {
  id: string;
  type: string;
  title: string;
  params: unknown;
  policy: JobPolicy;
  priority: number;
  subject: { type: string; id: string } | undefined;
  dedupeKey: string | null;
  parentId: string | undefined;
  createdBy: string;
}

/** false when an equal job is open: nothing was stored. */
export async function insertJob(db: Queryable, job: NewJob): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into jobs (id, type, title, params, policy, priority, subject_type, subject_id, dedupe_key, parent_id, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (type, dedupe_key) where dedupe_key is not null and outcome_status is null do nothing`,
    [
      job.id,
      job.type,
      job.title,
      JSON.stringify(job.params),
      JSON.stringify(job.policy),
      job.priority,
      job.subject?.type ?? null,
      job.subject?.id ?? null,
      job.dedupeKey,
      job.parentId ?? null,
      job.createdBy,
    ],
  );
  if (rowCount !== 1) return false;
  await touchJob(db, job.id);
  return true;
}

export async function findJob(db: Queryable, id: string): Promise<JobRow | undefined> {
  const { rows } = await db.query<JobRow>(`select ${JOB_COLUMNS} from jobs j where j.id = $1`, [id]);
  return rows[0];
}

export async function findOpenEqual(
  db: Queryable,
  type: string,
  dedupeKey: string,
): Promise<JobRow | undefined> {
  const { rows } = await db.query<JobRow>(
    `select ${JOB_COLUMNS} from jobs j where j.type = $1 and j.dedupe_key = $2 and j.outcome_status is null`,
    [type, dedupeKey],
  );
  return rows[0];
}

/** Derives the status anew, raises the version, tells listeners, and does the same for the parent. */
export async function touchJob(db: Queryable, id: string): Promise<void> {
  await db.query('select touch_job($1)', [id]);
}

export async function setJobPriority(db: Queryable, id: string, priority: number): Promise<void> {
  await db.query('update jobs set priority = $2 where id = $1 and outcome_status is null', [id, priority]);
}

/** Temporal took this round. A lower round than known is a late answer and changes nothing. */
export async function recordAccepted(db: Queryable, id: string, round: number): Promise<void> {
  await db.query(
    `update jobs set accepted_round = $2, start_error = null where id = $1 and accepted_round < $2 and outcome_status is null`,
    [id, round],
  );
  await touchJob(db, id);
}

export async function recordStartError(db: Queryable, id: string, message: string): Promise<void> {
  await db.query(
    `update jobs set start_error = $2 where id = $1 and accepted_round < round and start_error is distinct from $2`,
    [id, message],
  );
  await touchJob(db, id);
}

/** Round plus one, outcome and proposal gone; undefined when the round moved or the job is open. */
export async function beginRound(
  db: Queryable,
  { id, round, fresh }: { id: string; round: number; fresh: boolean },
): Promise<number | undefined> {
  const { rows } = await db.query<{ round: number }>(
    `update jobs set round = round + 1, outcome_status = null, outcome_run = null, result = null, error = null,
       proposed_status = null, proposed_run = null, proposed_result = null, proposed_error = null, proposed_at = null,
       paused_at = null, paused_by = null, wait_reason = null, wait_since = null, wait_until = null, wait_detail = null,
       progress = 0, progress_detail = null, started_at = null, start_error = null
     where id = $1 and round = $2 and outcome_status is not null returning round`,
    [id, round],
  );
  const begun = rows[0]?.round;
  if (begun === undefined) return undefined;
  // Only a failed round keeps its finished steps (jobs.md §4); tries are counted per round.
  await db.query(
    `update job_steps set state = case when state = 'done' and not $2 then 'done' else 'undone' end,
       checkpoint = case when $2 then null else checkpoint end,
       child_id = case when $2 then null else child_id end, tries = 0, losses = 0, progress = 0, round = $3
     where job_id = $1`,
    [id, fresh, begun],
  );
  await touchJob(db, id);
  return begun;
}
