import type { ProgressDetail } from '../domain/jobs/progress.js';
import type { StepFailure } from '../domain/jobs/job-input.js';
import type { WaitingReason } from '../domain/jobs/waiting.js';
import type { Database, Queryable } from './database.js';
import { touchJob } from './jobs.js';

/** (job, step name, occurrence, input hash): what finished under it is never done again (jobs.md §1). */
export interface StepKey {
  jobId: string;
  name: string;
  occurrence: number;
  inputHash: string;
  round: number;
  queue: string;
}

export type OpenedAttempt =
  | { kind: 'done'; output: unknown }
  | { kind: 'opened'; stepId: number; number: number; checkpoint: unknown; losses: number };

/**
 * Opens an attempt: answers from the row when the step is done, else closes older open attempts of the
 * step in the same transaction, since activity ids and attempt numbers repeat after a reset.
 */
export async function openAttempt(
  db: Database,
  key: StepKey,
  attempt: { attemptId: string; workerId: string; runId: string },
): Promise<OpenedAttempt> {
  return db.transaction(async (tx) => {
    await lockJob(tx, key.jobId);
    const step = await upsertStep(tx, key);
    if (step.state === 'done') {
      await tx.query('update job_steps set progress = 1 where id = $1', [step.id]);
      return { kind: 'done', output: step.output };
    }
    const lost = await tx.query(
      `update job_attempts set ended_at = coalesce((select w.seen_at from workers w where w.id = worker_id), now()), outcome = 'lost'
       where step_id = $1 and ended_at is null`,
      [step.id],
    );
    const number = await insertAttempt(tx, step.id, key, attempt);
    const losses = step.losses + (lost.rowCount ?? 0);
    await tx.query(
      `update job_steps set state = 'running', current_attempt = $2, waiting_reason = null,
         needs = null, next_attempt_at = null, fenced_at = null, losses = $3, ended_at = null, error = null where id = $1`,
      [step.id, attempt.attemptId, losses],
    );
    await touchJob(tx, key.jobId);
    return { kind: 'opened', stepId: step.id, number, checkpoint: step.checkpoint, losses };
  });
}

interface StepRow {
  id: number;
  state: string;
  output: unknown;
  checkpoint: unknown;
  losses: number;
}

async function upsertStep(tx: Queryable, key: StepKey): Promise<StepRow> {
  const { rows } = await tx.query<StepRow>(
    `insert into job_steps (job_id, name, occurrence, input_hash, round, queue, state)
     values ($1, $2, $3, $4, $5, $6, 'waiting')
     on conflict (job_id, name, occurrence, input_hash) do update set round = excluded.round, queue = excluded.queue
     returning id, state, output, checkpoint, losses`,
    [key.jobId, key.name, key.occurrence, key.inputHash, key.round, key.queue],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`No step row came back for ${key.name} of ${key.jobId}`);
  return row;
}

async function insertAttempt(
  tx: Queryable,
  stepId: number,
  key: StepKey,
  attempt: { attemptId: string; workerId: string; runId: string },
): Promise<number> {
  const { rows } = await tx.query<{ number: number }>(
    `insert into job_attempts (id, step_id, job_id, round, run_id, number, worker_id, queue)
     select $1, $2, $3, $4, $5, 1 + (select count(*) from job_attempts where step_id = $2), $6, $7 returning number`,
    [attempt.attemptId, stepId, key.jobId, key.round, attempt.runId, attempt.workerId, key.queue],
  );
  return rows[0]?.number ?? 1;
}

export type AttemptEnd =
  | { outcome: 'done'; output: unknown }
  | { outcome: 'stopped' | 'no_room' | 'interrupted' | 'superseded' }
  | { outcome: 'failed'; error: StepFailure; counted: boolean };

/**
 * Ends an attempt once; false when another attempt has taken the step. One that was given up for lost, and
 * that nobody has replaced, was alive after all: its end counts.
 */
export async function closeAttempt(
  db: Database,
  { jobId, stepId, attemptId, end }: { jobId: string; stepId: number; attemptId: string; end: AttemptEnd },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockJob(tx, jobId);
    const owned = await tx.query(
      `update job_steps s set current_attempt = null where id = $1 and (current_attempt = $2 or (current_attempt is null
         and state = 'waiting' and $2 = (select a.id from job_attempts a where a.step_id = $1 order by a.number desc limit 1)
         and exists (select from job_attempts a where a.id = $2 and a.outcome = 'lost')))`,
      [stepId, attemptId],
    );
    if (owned.rowCount !== 1) return false;
    const error = end.outcome === 'failed' ? JSON.stringify(end.error) : null;
    await tx.query(`update job_attempts set ended_at = now(), outcome = $2, error = $3 where id = $1`, [
      attemptId,
      end.outcome,
      error,
    ]);
    const counted = end.outcome === 'failed' && end.counted ? 1 : 0;
    const output = end.outcome === 'done' ? JSON.stringify(end.output ?? null) : null;
    await tx.query(
      `update job_steps set state = $2, waiting_since = case when $2 = 'waiting' then waiting_since end, output = coalesce($3::jsonb, output), error = $4,
         tries = tries + $5, losses = case when $2 = 'done' then 0 else losses end,
         progress = case when $2 = 'done' then 1 else progress end,
         ended_at = case when $2 in ('done', 'failed') then now() end
       where id = $1`,
      [stepId, stateAfter(end.outcome), output, error, counted],
    );
    await tx.query(`update jobs set progress_detail = null where id = $1`, [jobId]);
    await touchJob(tx, jobId);
    return true;
  });
}

function stateAfter(outcome: AttemptEnd['outcome']): string {
  switch (outcome) {
    case 'done':
      return 'done';
    case 'failed':
      return 'failed';
    case 'no_room':
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

export async function saveProgress(
  db: Database,
  update: { jobId: string; stepId: number; attemptId: string; progress: number; detail: ProgressDetail },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockJob(tx, update.jobId);
    const { rowCount } = await tx.query(
      `update job_steps set progress = greatest(progress, $3) where id = $1 and current_attempt = $2`,
      [update.stepId, update.attemptId, update.progress],
    );
    if (rowCount !== 1) return;
    await tx.query(`update jobs set progress_detail = $2 where id = $1`, [
      update.jobId,
      JSON.stringify(update.detail),
    ]);
    await touchJob(tx, update.jobId);
  });
}

/** The step waits for a slot of its queue: the truth of depth and position (jobs.md §3). */
export async function recordStepWaiting(db: Database, key: StepKey): Promise<void> {
  await db.transaction(async (tx) => {
    await lockJob(tx, key.jobId);
    const step = await upsertStep(tx, key);
    await tx.query(
      `update job_steps set state = 'waiting', waiting_since = coalesce(waiting_since, now()), next_attempt_at = null
       where id = $1 and state not in ('done', 'running')`,
      [step.id],
    );
    await touchJob(tx, key.jobId);
  });
}

/** The step waits before its next try, for `waitMs`. */
export async function recordStepBackoff(
  db: Database,
  backoff: { key: StepKey; waitMs: number; reason: WaitingReason; detail: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockJob(tx, backoff.key.jobId);
    const step = await upsertStep(tx, backoff.key);
    await tx.query(
      `update job_steps set state = 'backoff', waiting_reason = $2, waiting_since = coalesce(waiting_since, now()),
         next_attempt_at = now() + $3 * interval '1 millisecond', needs = to_jsonb($4::text)
       where id = $1 and state <> 'done'`,
      [step.id, backoff.reason, backoff.waitMs, backoff.detail],
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

/** Every transaction locks a job before its steps, and a child before its parent, so that none waits in a ring. */
async function lockJob(tx: Queryable, jobId: string): Promise<void> {
  await tx.query('select from jobs where id = $1 for no key update', [jobId]);
}
