import type { JobPolicy } from '../domain/jobs/policy.js';
import type { ProgressDetail } from '../domain/jobs/progress.js';
import type { StepFailure } from '../domain/jobs/job-input.js';
import type { JobStatus, TerminalStatus } from '../domain/jobs/status.js';
import type { WaitingReason } from '../domain/jobs/waiting.js';
import type { Database, Queryable } from './database.js';

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
  outcomeRun: string | null;
  /** Why its workflow task fails again and again. */
  stuckError: string | null;
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
  j.outcome_status as "outcomeStatus", j.outcome_run as "outcomeRun", j.stuck_error as "stuckError", j.result, j.error, j.progress,
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

/** undefined when an equal job is open: nothing was stored. */
export async function insertJob(db: Queryable, job: NewJob): Promise<JobRow | undefined> {
  const { rows } = await db.query<JobRow>(
    `with j as (
       insert into jobs (id, type, title, params, policy, priority, subject_type, subject_id, dedupe_key, parent_id, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (type, dedupe_key) where dedupe_key is not null and outcome_status is null do nothing
       returning *
     )
     select ${JOB_COLUMNS}, pg_notify('longplay_jobs', j.id) from j`,
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
  return rows[0];
}

export interface RestoredJob extends NewJob {
  round: number;
  claimed: { runId: string; chain: string } | undefined;
}

/** A row made anew from Temporal; false when there is one by now: it stays as it is. */
export async function restoreJob(db: Database, job: RestoredJob): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [job.id]);
    if ((await findJob(tx, job.id)) !== undefined) return false;
    // An equal job may be open by what the rows say: this one goes on beside it, without the key.
    if ((await insertJob(tx, job)) === undefined) await insertJob(tx, { ...job, dedupeKey: null });
    const { runId, chain } = job.claimed ?? {};
    await tx.query(
      `update jobs set round = $2, recovered_at = now(), accepted_round = case when $3::text is null then 0 else $2 end,
         claimed_round = case when $3::text is null then null else $2 end, claimed_run = $3, claimed_chain = $4 where id = $1`,
      [job.id, job.round, runId ?? null, chain ?? null],
    );
    await touchJob(tx, job.id);
    return true;
  });
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

/** The newest job about this subject with just these params, where it has failed or was cancelled. */
export async function findEndedEqual(
  db: Queryable,
  { type, subject, params }: Pick<NewJob, 'type' | 'params'> & { subject: { type: string; id: string } },
): Promise<JobRow | undefined> {
  const { rows } = await db.query<JobRow>(
    `select * from (
       select ${JOB_COLUMNS} from jobs j
       where j.subject_type = $2 and j.subject_id = $3 and j.type = $1 and j.parent_id is null
       order by j.created_at desc limit 1
     ) newest where newest."outcomeStatus" in ('failed', 'cancelled') and newest.params = $4::jsonb`,
    [type, subject.type, subject.id, JSON.stringify(params)],
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

/** Rounds that Temporal should have by now, the most urgent first. */
export async function pendingJobs(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from jobs where accepted_round < round and outcome_status is null
       and created_at < now() - interval '5 seconds' order by priority, created_at limit 200`,
  );
  return rows.map(({ id }) => id);
}

/** Temporal took this round. A lower round than known is a late answer and changes nothing. The row as it is now. */
export async function recordAccepted(db: Queryable, id: string, round: number): Promise<JobRow | undefined> {
  const { rows } = await db.query<JobRow>(`select ${JOB_COLUMNS} from accept_round($1, $2) j`, [id, round]);
  return rows[0];
}

/** The round has no run of its own after all: it is pending again, and the sweeper starts it. */
export async function withdrawAcceptance(db: Queryable, id: string, round: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update jobs set accepted_round = round - 1 where id = $1 and round = $2 and accepted_round = $2
       and claimed_round is distinct from round and outcome_status is null`,
    [id, round],
  );
  if (rowCount !== 1) return false;
  await touchJob(db, id);
  return true;
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
  const begun = await openRound(db, {
    id,
    round: round + 1,
    condition: 'round = $2 - 1 and outcome_status is not null',
    keepPaused: false,
    // Only a failed round keeps its finished steps (jobs.md §4).
    keepSteps: !fresh,
  });
  if (!begun) return undefined;
  // What nobody took of the round before was answered by its end, and must not reach this one.
  await db.query(`update job_wishes set accepted_at = now() where job_id = $1 and accepted_at is null`, [id]);
  return round + 1;
}

/** What every new round begins with, whoever begins it; tries are counted per round. */
async function openRound(
  db: Queryable,
  {
    id,
    round,
    condition,
    keepPaused,
    keepSteps,
  }: { id: string; round: number; condition: string; keepPaused: boolean; keepSteps: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update jobs set round = $2, outcome_status = null, outcome_run = null, result = null, error = null,
       proposed_status = null, proposed_run = null, proposed_result = null, proposed_error = null, proposed_at = null,
       paused_at = case when $3 then paused_at end, paused_by = case when $3 then paused_by end,
       wait_reason = null, wait_since = null, wait_until = null, wait_detail = null, stuck_error = null,
       progress = 0, progress_detail = null, started_at = null, start_error = null
     where id = $1 and ${condition}`,
    [id, round, keepPaused],
  );
  if (rowCount !== 1) return false;
  await db.query(
    `update job_attempts set ended_at = now(), outcome = 'interrupted' where job_id = $1 and ended_at is null`,
    [id],
  );
  await db.query(
    `update job_steps set state = case when state = 'done' and $2 then 'done' else 'undone' end,
       checkpoint = case when $2 then checkpoint end, child_id = case when $2 then child_id end,
       current_attempt = null, waiting_since = null, tries = 0, losses = 0, progress = 0, round = $3
     where job_id = $1`,
    [id, keepSteps, round],
  );
  await touchJob(db, id);
  return true;
}

/** A run of a later round than the row knows is ours all the same: the row comes from an older copy. */
export async function raiseRound(
  db: Database,
  { jobId, round }: { jobId: string; round: number },
): Promise<void> {
  await db.transaction((tx) =>
    openRound(tx, { id: jobId, round, condition: 'round < $2', keepPaused: false, keepSteps: true }),
  );
}

/**
 * A new round of an open job, above all rounds that anybody knows of, from its finished steps and checkpoints: its run
 * was lost, or is ahead of the rows. What is paused stays so.
 */
export async function restartRound(
  tx: Queryable,
  { id, round }: { id: string; round: number },
): Promise<boolean> {
  return openRound(tx, {
    id,
    round,
    condition: 'round < $2 and outcome_status is null',
    keepPaused: true,
    keepSteps: true,
  });
}
