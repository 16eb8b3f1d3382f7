import type { Queryable } from './database.js';

/** What waits and runs on one queue; a queue with neither has no row. */
export interface QueueLoad {
  queue: string;
  /** Steps that wait for a slot; those of paused jobs have no place (jobs.md §6). */
  waiting: number;
  oldestSince: Date | null;
  running: number;
}

/** From partial indexes over what is open: its cost does not grow with the jobs that have ended. */
export async function queueLoads(db: Queryable): Promise<Map<string, QueueLoad>> {
  const { rows } = await db.query<QueueLoad>(
    `select queue, coalesce(w.waiting, 0) as waiting, w."oldestSince", coalesce(r.running, 0) as running
     from (
       select s.queue, count(*)::int as waiting, min(s.waiting_since) as "oldestSince" from job_steps s
       where s.state = 'waiting' and s.waiting_since is not null
         and not exists (select from jobs j where j.id = s.job_id and j.paused_at is not null)
       group by s.queue) w
     full join (
       select queue, count(*)::int as running from job_attempts where ended_at is null group by queue) r using (queue)`,
  );
  return new Map(rows.map((row) => [row.queue, row]));
}

/** A step in the line of its queue. */
export interface QueuedStep {
  /** 1 is next (jobs.md §6). */
  position: number;
  jobId: string;
  title: string;
  step: string;
  priority: number;
  since: Date;
}

/** The first of the line, in the order in which they get a slot. */
export async function waitingLine(db: Queryable, queue: string, limit: number): Promise<QueuedStep[]> {
  const { rows } = await db.query<QueuedStep>(
    `select (row_number() over (order by j.priority, s.waiting_since, s.job_id, s.id))::int as position,
       s.job_id as "jobId", j.title, s.name as step, j.priority, s.waiting_since as since
     from job_steps s join jobs j on j.id = s.job_id
     where s.queue = $1 and s.state = 'waiting' and s.waiting_since is not null and j.paused_at is null
     order by position limit $2`,
    [queue, limit],
  );
  return rows;
}
