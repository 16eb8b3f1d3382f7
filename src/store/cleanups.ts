import type { Queryable } from './database.js';

/** What a compensation could not undo yet; tried again by the sweeper without limit (jobs.md §5). */
export async function insertCleanup(
  db: Queryable,
  cleanup: { jobId: string; activity: string; input: unknown; error: string },
): Promise<void> {
  await db.query(
    `insert into cleanups (job_id, activity, input, last_error, tries, next_at) values ($1, $2, $3, $4, 1, now() + interval '30 seconds')`,
    [cleanup.jobId, cleanup.activity, JSON.stringify(cleanup.input), cleanup.error],
  );
}

export interface DueCleanup {
  id: number;
  jobId: string;
  activity: string;
  input: unknown;
  tries: number;
}

/**
 * One whose job is open, in a newer round or again in its own by a reset, waits for its end: the job's own work may use
 * the same things.
 */
export async function dueCleanups(db: Queryable): Promise<DueCleanup[]> {
  const { rows } = await db.query<DueCleanup>(
    `select c.id, c.job_id as "jobId", c.activity, c.input, c.tries from cleanups c join jobs j on j.id = c.job_id
     where c.done_at is null and c.next_at <= now()
       and not (j.outcome_status is null and j.round >= (c.input ->> 'round')::int)
     order by c.next_at limit 20`,
  );
  return rows;
}

export async function endCleanup(db: Queryable, id: number): Promise<void> {
  await db.query(`update cleanups set done_at = now(), last_error = null where id = $1`, [id]);
}

export async function postponeCleanup(
  db: Queryable,
  { id, error, waitMs }: { id: number; error: string; waitMs: number },
): Promise<void> {
  await db.query(
    `update cleanups set tries = tries + 1, last_error = $2, next_at = now() + $3 * interval '1 millisecond' where id = $1`,
    [id, error, waitMs],
  );
}
