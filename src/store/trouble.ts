import { touchJob } from './jobs.js';
import type { Queryable } from './database.js';

/** Open jobs that were told to be stuck. */
export async function stuckJobs(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(`select id from jobs where stuck_error is not null`);
  return rows.map(({ id }) => id);
}

/** false when there is no such open job. */
export async function recordStuck(db: Queryable, jobId: string, error: string | null): Promise<boolean> {
  const { rowCount } = await db.query(
    `update jobs set stuck_error = $2 where id = $1 and outcome_status is null and stuck_error is distinct from $2`,
    [jobId, error],
  );
  if (rowCount === 1) await touchJob(db, jobId);
  const { rowCount: open } = await db.query('select from jobs where id = $1 and outcome_status is null', [
    jobId,
  ]);
  return open === 1;
}

/** The waiting steps of these jobs are paused in Temporal; those of all others are not, or not any more. */
export async function recordPausedInTemporal(db: Queryable, jobIds: string[]): Promise<void> {
  const { rows } = await db.query<{ jobId: string }>(
    `update job_steps set waiting_reason = case when job_id = any($1::text[]) then 'paused_in_temporal' end
     where state = 'waiting' and (waiting_reason is not distinct from 'paused_in_temporal') <> (job_id = any($1::text[]))
     returning job_id as "jobId"`,
    [jobIds],
  );
  for (const jobId of new Set(rows.map((row) => row.jobId))) await touchJob(db, jobId);
}
