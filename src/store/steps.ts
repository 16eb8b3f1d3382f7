import type { ProgressDetail } from '../domain/jobs/progress.js';
import type { StepFailure } from '../domain/jobs/job-input.js';
import type { WaitingReason } from '../domain/jobs/waiting.js';
import type { Database, Queryable } from './database.js';
import { touchJob } from './jobs.js';
import { lockRound, requireOurs, type Standing } from './standing.js';

/** (job, step name, occurrence, input hash): what finished under it is never done again (jobs.md §1). */
export interface StepKey {
  jobId: string;
  name: string;
  occurrence: number;
  inputHash: string;
  round: number;
  queue: string;
  /** The group whose permit the job must hold. */
  permit?: string;
}

export interface NewAttempt {
  attemptId: string;
  workerId: string;
  runId: string;
  /** Temporal's id of the scheduled activity. */
  activityId: string;
}

export type OpenedAttempt =
  | { kind: 'done'; output: unknown }
  | { kind: 'no_permit' }
  | { kind: 'opened'; stepId: number; number: number; checkpoint: unknown; losses: number };

/**
 * Opens an attempt: answers from the row when the step is done, else closes older open attempts of the
 * step in the same transaction, since activity ids and attempt numbers repeat after a reset.
 * @throws NotStanding when the row does not take an attempt of this round.
 */
export async function openAttempt(db: Queryable, key: StepKey, attempt: NewAttempt): Promise<OpenedAttempt> {
  const { rows } = await db.query<OpenedRow>(
    `select standing, kind, step_id as "stepId", number, losses, checkpoint, output
     from open_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...keyValues(key),
      key.permit ?? null,
      attempt.attemptId,
      attempt.workerId,
      attempt.runId,
      attempt.activityId,
    ],
  );
  const [row] = rows;
  requireOurs(row?.standing);
  if (row?.kind !== 'opened')
    return row?.kind === 'done' ? { kind: 'done', output: row.output } : { kind: 'no_permit' };
  const { stepId, number, losses, checkpoint } = row;
  return { kind: 'opened', stepId, number, losses, checkpoint };
}

interface OpenedRow {
  standing: Standing;
  kind: 'done' | 'no_permit' | 'opened';
  stepId: number;
  number: number;
  losses: number;
  checkpoint: unknown;
  output: unknown;
}

export function keyValues({ jobId, round, name, occurrence, inputHash, queue }: StepKey): unknown[] {
  return [jobId, round, name, occurrence, inputHash, queue];
}

export type AttemptEnd =
  | { outcome: 'done'; output: unknown }
  | { outcome: 'stopped' | 'superseded' }
  /** `parked`: by Temporal's own pause, which holds it until somebody unpauses it there. */
  | { outcome: 'interrupted'; parked: boolean }
  | { outcome: 'failed'; error: StepFailure; counted: boolean };

/**
 * Ends an attempt once; false when another attempt has taken the step. One that was given up for lost, and
 * that nobody has replaced, was alive after all: its end counts.
 */
export async function closeAttempt(
  db: Queryable,
  { jobId, stepId, attemptId, end }: { jobId: string; stepId: number; attemptId: string; end: AttemptEnd },
): Promise<boolean> {
  const { rows } = await db.query<{ closed: boolean }>(
    'select close_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9) as closed',
    [
      jobId,
      stepId,
      attemptId,
      end.outcome,
      stateAfter(end.outcome),
      end.outcome === 'done' ? JSON.stringify(end.output ?? null) : null,
      end.outcome === 'failed' ? JSON.stringify(end.error) : null,
      end.outcome === 'failed' && end.counted ? 1 : 0,
      end.outcome === 'interrupted' && end.parked ? 'paused_in_temporal' : null,
    ],
  );
  return rows[0]?.closed === true;
}

/** Compensation has begun: a reset, or a run that goes on in another one, does it all again (jobs.md §4). */
export async function markUndone(
  db: Queryable,
  { jobId, round }: { jobId: string; round: number },
): Promise<void> {
  await db.query(
    `update job_steps set state = 'undone', checkpoint = null where job_id = $1 and round = $2 and state = 'done'`,
    [jobId, round],
  );
}

function stateAfter(outcome: AttemptEnd['outcome']): string {
  switch (outcome) {
    case 'done':
      return 'done';
    case 'failed':
      return 'failed';
    case 'interrupted':
      return 'waiting';
    case 'stopped':
    case 'superseded':
      return 'stopped';
  }
}

/** The fence before an irreversible act: false means that the work belongs to another attempt now. */
export async function passFence(
  db: Queryable,
  { stepId, attemptId }: { stepId: number; attemptId: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update job_steps set fenced_at = now() where id = $1 and current_attempt = $2`,
    [stepId, attemptId],
  );
  return rowCount === 1;
}

export async function saveCheckpoint(
  db: Queryable,
  { stepId, attemptId, checkpoint }: { stepId: number; attemptId: string; checkpoint: unknown },
): Promise<void> {
  await db.query(`update job_steps set checkpoint = $3, losses = 0 where id = $1 and current_attempt = $2`, [
    stepId,
    attemptId,
    JSON.stringify(checkpoint),
  ]);
}

/** They were counted: what comes after them is counted anew. */
export async function forgetLosses(
  db: Queryable,
  { stepId, attemptId }: { stepId: number; attemptId: string },
): Promise<void> {
  await db.query(`update job_steps set losses = 0 where id = $1 and current_attempt = $2`, [
    stepId,
    attemptId,
  ]);
}

export async function saveProgress(
  db: Queryable,
  update: { jobId: string; stepId: number; attemptId: string; progress: number; detail: ProgressDetail },
): Promise<void> {
  const { jobId, stepId, attemptId, progress, detail } = update;
  await db.query('select save_progress($1, $2, $3, $4, $5)', [
    jobId,
    stepId,
    attemptId,
    progress,
    JSON.stringify(detail),
  ]);
}

/**
 * The step waits for a slot of its queue: the truth of depth and position (jobs.md §3).
 * @throws NotStanding
 */
export async function recordStepWaiting(db: Queryable, key: StepKey): Promise<void> {
  const { rows } = await db.query<{ standing: Standing }>(
    'select record_step_waiting($1, $2, $3, $4, $5, $6) as standing',
    keyValues(key),
  );
  requireOurs(rows[0]?.standing);
}

/** The step waits before its next try, for `waitMs`. @throws NotStanding */
export async function recordStepBackoff(
  db: Database,
  backoff: { key: StepKey; waitMs: number; reason: WaitingReason; detail: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockRound(tx, backoff.key);
    const { rows } = await tx.query<{ id: number }>('select id from upsert_step($1, $2, $3, $4, $5, $6)', [
      ...keyValues(backoff.key),
    ]);
    await tx.query(
      `update job_steps set state = 'backoff', waiting_reason = $2, waiting_since = coalesce(waiting_since, now()),
         next_attempt_at = now() + $3 * interval '1 millisecond', needs = to_jsonb($4::text)
       where id = $1 and state <> 'done'`,
      [rows[0]?.id, backoff.reason, backoff.waitMs, backoff.detail],
    );
    await touchJob(tx, backoff.key.jobId);
  });
}

/** Ends the open attempts of workers that were not seen for `unseenMs`; returns the jobs touched. */
export async function endAttemptsOfDeadWorkers(db: Database, unseenMs: number): Promise<string[]> {
  const { rows } = await db.query<{ jobId: string }>(
    `select distinct a.job_id as "jobId" from job_attempts a join workers w on w.id = a.worker_id
     where a.ended_at is null and ${IS_DEAD}`,
    [unseenMs],
  );
  for (const { jobId } of rows) await endDeadAttemptsOf(db, jobId, unseenMs);
  return rows.map(({ jobId }) => jobId);
}

const IS_DEAD = `(w.stopped_at is not null or w.seen_at < now() - $1 * interval '1 millisecond')`;

/** The step goes back among the waiting with its old place: its `waiting_since` stays while it runs. */
async function endDeadAttemptsOf(db: Database, jobId: string, unseenMs: number): Promise<void> {
  await db.transaction(async (tx) => {
    await lockJob(tx, jobId);
    const { rows } = await tx.query<{ stepId: number }>(
      `update job_attempts a set ended_at = greatest(a.started_at, w.seen_at), outcome = 'lost'
       from workers w where w.id = a.worker_id and a.ended_at is null and a.job_id = $2 and ${IS_DEAD}
       returning a.step_id as "stepId"`,
      [unseenMs, jobId],
    );
    await tx.query(
      `update job_steps set state = 'waiting', waiting_since = coalesce(waiting_since, now()), current_attempt = null, losses = losses + 1
       where id = any($1::bigint[]) and state = 'running'`,
      [rows.map((row) => row.stepId)],
    );
    await touchJob(tx, jobId);
  });
}

/** Ends an attempt whose activity nobody has any more; false when it has ended by itself. */
export async function endForgotten(
  db: Database,
  { jobId, attemptId }: { jobId: string; attemptId: string },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockJob(tx, jobId);
    const { rowCount } = await tx.query(
      `update job_attempts set ended_at = now(), outcome = 'lost' where id = $1 and ended_at is null`,
      [attemptId],
    );
    if (rowCount !== 1) return false;
    await tx.query(
      `update job_steps set state = 'stopped', current_attempt = null, waiting_since = null where current_attempt = $1`,
      [attemptId],
    );
    await touchJob(tx, jobId);
    return true;
  });
}

/** As lockRound, for what counts whatever has become of the round. */
async function lockJob(tx: Queryable, jobId: string): Promise<void> {
  await tx.query('select from jobs where id = $1 for no key update', [jobId]);
}
