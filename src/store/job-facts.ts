import type { JobStatus } from '../domain/jobs/status.js';
import type { Queryable } from './database.js';

export interface ChildFact {
  parentId: string;
  id: string;
  type: string;
  title: string;
  status: JobStatus;
}

/** The children of each job, newest first; those too that it shares with the job that began them. */
export async function childrenOf(db: Queryable, parentIds: string[]): Promise<Map<string, ChildFact[]>> {
  const { rows } = await db.query<ChildFact>(
    `select p.parent as "parentId", c.id, c.type, c.title, c.status from (
       select parent_id as parent, id as child from jobs where parent_id = any($1::text[])
       union select job_id, child_id from job_steps where job_id = any($1::text[]) and child_id is not null
     ) p join jobs c on c.id = p.child order by c.created_at desc`,
    [parentIds],
  );
  const byParent = new Map<string, ChildFact[]>();
  for (const row of rows) byParent.set(row.parentId, [...(byParent.get(row.parentId) ?? []), row]);
  return byParent;
}

export interface ExternalFact {
  jobId: string;
  id: string;
  active: boolean;
  progress: number;
}

export async function externalItems(db: Queryable, jobIds: string[]): Promise<Map<string, ExternalFact>> {
  const { rows } = await db.query<ExternalFact>(
    `select job_id as "jobId", id, active, progress from external_items where job_id = any($1::text[])`,
    [jobIds],
  );
  return new Map(rows.map((row) => [row.jobId, row]));
}

/** What a job's compensation could not undo yet. */
export async function openCleanups(db: Queryable, jobIds: string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ jobId: string; open: number }>(
    `select job_id as "jobId", count(*)::int as open from cleanups where job_id = any($1::text[]) and done_at is null group by job_id`,
    [jobIds],
  );
  return new Map(rows.map((row) => [row.jobId, row.open]));
}
