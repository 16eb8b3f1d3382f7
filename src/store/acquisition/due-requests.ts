import type { Queryable } from '../database.js';

/** Where a request waits for its next try by a timer of its own. */
export type RetriedState = 'awaiting_search' | 'awaiting_import';

export interface DueRequests {
  state: RetriedState;
  /** Requests that this job has woken are not woken by it again. */
  jobId: string;
  /** true: also those whose time has not come. */
  all: boolean;
  /** How much later than its own timer a request must be, before that counts as lost. */
  graceMs: number;
}

/**
 * Requests that wait for their next try and should have had it by now, the longest untried first, and as many as there
 * are: a bound without an order starves the rest (acquisition.md §8 no. 9).
 */
export async function dueRequests(
  db: Queryable,
  { state, jobId, all, graceMs }: DueRequests,
  limit: number,
): Promise<{ jobIds: string[]; left: number }> {
  const { rows } = await db.query<{ jobId: string; count: number }>(
    `select r.job_id as "jobId", (count(*) over ())::int as count
     from requests r join jobs j on j.id = r.job_id
     where r.state = $1 and j.outcome_status is null and j.paused_at is null
       and ($2 or coalesce(j.wait_until, r.changed_at) < now() - $3 * interval '1 millisecond')
       and not exists (select from job_wishes w join jobs own on own.id = $4
         where w.job_id = r.job_id and w.kind = 'retryNow' and w.made_at >= own.created_at and w.made_by = $5)
     order by r.changed_at, r.job_id limit $6`,
    [state, all, graceMs, jobId, wokenBy(jobId), limit],
  );
  const count = rows[0]?.count ?? 0;
  return { jobIds: rows.map((row) => row.jobId), left: Math.max(0, count - rows.length) };
}

/** Who is noted as the maker of the wish. */
export function wokenBy(jobId: string): string {
  return `longplay: ${jobId}`;
}
