import type { WaitingReason } from '../domain/jobs/waiting.js';
import type { Database, Queryable } from './database.js';
import { touchJob } from './jobs.js';
import { lockRound } from './standing.js';

/** The story itself waits (a timer, a decision, another system): shown with reason and until when. @throws NotStanding */
export async function recordWait(
  db: Database,
  wait: { jobId: string; round: number; reason: WaitingReason; detail: string; waitMs: number | null },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockRound(tx, wait);
    await tx.query(
      `update jobs set wait_reason = $3, wait_detail = $4, wait_since = case when wait_reason = $3 then coalesce(wait_since, now()) else now() end,
         wait_until = now() + $5 * interval '1 millisecond' where id = $1 and round = $2 and outcome_status is null`,
      [wait.jobId, wait.round, wait.reason, wait.detail, wait.waitMs],
    );
    await touchJob(tx, wait.jobId);
  });
}

/** @throws NotStanding */
export async function clearWait(
  db: Database,
  { jobId, round }: { jobId: string; round: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockRound(tx, { jobId, round });
    await tx.query(
      `update jobs set wait_reason = null, wait_detail = null, wait_since = null, wait_until = null where id = $1 and round = $2`,
      [jobId, round],
    );
    await touchJob(tx, jobId);
  });
}

/** The run took a pause or a resume. @throws NotStanding */
export async function recordPaused(
  db: Database,
  { jobId, round, by }: { jobId: string; round: number; by: string | null },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockRound(tx, { jobId, round });
    await tx.query(
      `update jobs set paused_at = case when $3::text is null then null else coalesce(paused_at, now()) end, paused_by = $3
       where id = $1 and round = $2 and outcome_status is null`,
      [jobId, round, by],
    );
    // Pollers of external items act on the row at once (jobs.md §5).
    await tx.query(`select pg_notify('longplay_paused', $1)`, [jobId]);
    await touchJob(tx, jobId);
  });
}

/** What a waiting job waits for, for the sentence; the step's own reason comes before the story's. */
export interface WaitingStep {
  jobId: string;
  step: string;
  queue: string;
  state: 'waiting' | 'backoff';
  since: Date | null;
  /** How long it waits already. */
  waitedMs: number;
  reason: WaitingReason | null;
  nextAttemptAt: Date | null;
  detail: string | null;
  tries: number;
  position: number | null;
}

/** 1 + waiting steps of the same queue before ours by (priority, since, job id) (jobs.md §6). */
export async function waitingSteps(db: Queryable, jobIds: string[]): Promise<Map<string, WaitingStep>> {
  const { rows } = await db.query<WaitingStep>(
    `select distinct on (s.job_id) s.job_id as "jobId", s.name as step, s.queue, s.state, s.waiting_since as since,
       coalesce(extract(epoch from now() - s.waiting_since) * 1000, 0)::float8 as "waitedMs",
       s.waiting_reason as reason, s.next_attempt_at as "nextAttemptAt", s.needs #>> '{}' as detail, s.tries,
       case when s.state = 'waiting' and s.waiting_since is not null then (
         select 1 + count(*) from job_steps o join jobs oj on oj.id = o.job_id
         where o.queue = s.queue and o.state = 'waiting' and o.waiting_since is not null and oj.paused_at is null
           and (oj.priority, o.waiting_since, o.job_id) < (j.priority, s.waiting_since, s.job_id)) end::int as position
     from job_steps s join jobs j on j.id = s.job_id
     where s.job_id = any($1::text[]) and s.state in ('waiting', 'backoff') order by s.job_id, s.id desc`,
    [jobIds],
  );
  return new Map(rows.map((row) => [row.jobId, row]));
}

export interface RunningStep {
  jobId: string;
  step: string;
  queue: string;
  worker: string;
  attempt: number;
  tries: number;
  since: Date;
}

export async function runningSteps(db: Queryable, jobIds: string[]): Promise<Map<string, RunningStep>> {
  const { rows } = await db.query<RunningStep>(
    `select distinct on (a.job_id) a.job_id as "jobId", s.name as step, a.queue, w.host || '/' || w.role as worker,
       a.number as attempt, s.tries, a.started_at as since
     from job_attempts a join job_steps s on s.id = a.step_id join workers w on w.id = a.worker_id
     where a.job_id = any($1::text[]) and a.ended_at is null order by a.job_id, a.started_at desc`,
    [jobIds],
  );
  return new Map(rows.map((row) => [row.jobId, row]));
}

export interface AttemptRow {
  id: string;
  step: string;
  occurrence: number;
  round: number;
  number: number;
  queue: string;
  worker: string;
  startedAt: Date;
  endedAt: Date | null;
  outcome: string | null;
  error: unknown;
}

export async function listAttempts(db: Queryable, jobId: string): Promise<AttemptRow[]> {
  const { rows } = await db.query<AttemptRow>(
    `select a.id, s.name as step, s.occurrence, a.round, a.number, a.queue, w.host || '/' || w.role as worker,
       a.started_at as "startedAt", a.ended_at as "endedAt", a.outcome, a.error
     from job_attempts a join job_steps s on s.id = a.step_id join workers w on w.id = a.worker_id
     where a.job_id = $1 order by a.started_at, a.id`,
    [jobId],
  );
  return rows;
}
