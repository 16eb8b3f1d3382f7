import type { JobStatus } from '../domain/jobs/status.js';
import type { Queryable } from './database.js';

export interface JobCount {
  type: string;
  status: JobStatus;
  count: number;
}

/** Jobs by type and status: what is folded and what is not yet, in one snapshot. Reads no job. */
export async function readJobCounts(db: Queryable): Promise<JobCount[]> {
  const { rows } = await db.query<JobCount>(
    `select type, status, sum(count)::bigint as count from (
       select type, status, count from job_counts union all select type, status, change from job_count_changes) counted
     group by type, status having sum(count) <> 0 order by type, status`,
  );
  return rows;
}

/** Small enough to stay far below the deadline of a query. */
const FOLD = 10_000;
/** A flood is folded over several passes, so that the sweeper's other work goes on meanwhile. */
const FOLDS = 10;

/**
 * Adds the changes to the counts. One statement moves each change, so that a crash loses none; a second fold at
 * the same time passes over what the first has in hand.
 */
export async function foldJobCounts(db: Queryable): Promise<void> {
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const { rows } = await db.query<{ folded: number }>(
      `with folded as (
         delete from job_count_changes where id in (
           select id from job_count_changes order by id limit ${FOLD} for update skip locked)
         returning type, status, change
       ), summed as (
         insert into job_counts (type, status, count)
         select type, status, sum(change) from folded group by type, status order by type, status
         on conflict (type, status) do update set count = job_counts.count + excluded.count
       )
       select count(*)::int as folded from folded`,
    );
    if ((rows[0]?.folded ?? 0) < FOLD) return;
  }
}
