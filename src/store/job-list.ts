import type { JobStatus } from '../domain/jobs/status.js';
import type { Queryable } from './database.js';
import { JOB_COLUMNS, type JobRow } from './jobs.js';

export interface JobFilter {
  id?: string | undefined;
  ids?: string[] | undefined;
  statuses?: JobStatus[] | undefined;
  types?: string[] | undefined;
  parentId?: string | undefined;
  subjectType?: string | undefined;
  subjectId?: string | undefined;
  /** Words of the title; or the beginning of an id, its dash included. */
  search?: string | undefined;
  createdBefore?: Date | undefined;
  createdAfter?: Date | undefined;
}

/** A place in the list ordered by (created_at, id), newest first; `createdAt` in microseconds, as text. */
export interface JobCursor {
  createdAt: string;
  id: string;
}

export interface JobPage {
  jobs: JobRow[];
  next: JobCursor | null;
}

/** One page by keyset: its cost does not grow with the depth. */
export async function listJobs(
  db: Queryable,
  { filter, after, limit }: { filter: JobFilter; after?: JobCursor | undefined; limit: number },
): Promise<JobPage> {
  const values: unknown[] = [];
  const conditions = filterConditions(filter, values);
  if (after !== undefined) {
    values.push(after.createdAt, after.id);
    conditions.push(`(j.created_at, j.id) < ($${values.length - 1}::timestamptz, $${values.length})`);
  }
  values.push(limit + 1);
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const { rows } = await db.query<JobRow & { at: string }>(
    `select ${JOB_COLUMNS}, to_char(j.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
     from jobs j ${where} order by j.created_at desc, j.id desc limit $${values.length}`,
    values,
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    jobs: rows.slice(0, limit).map(({ at: _at, ...job }) => job),
    next: last === undefined ? null : { createdAt: last.at, id: last.id },
  };
}

/** Conditions over `j`, their values appended: shared by the list and the state stream. */
export function filterConditions(filter: JobFilter, values: unknown[]): string[] {
  const conditions: string[] = [];
  const add = (sql: (place: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(sql(`$${values.length}`));
  };
  const addAny = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted?.length === 1) add((at) => `${column} = ${at}`, wanted[0]);
    else add((at) => `${column} = any(${at}::text[])`, wanted);
  };
  add((at) => `j.id = ${at}`, filter.id);
  add((at) => `j.id = any(${at}::text[])`, filter.ids);
  // One value as such: the planner cannot walk an index in the list's order for any of several.
  addAny('j.status', filter.statuses);
  addAny('j.type', filter.types);
  add((at) => `j.parent_id = ${at}`, filter.parentId);
  add((at) => `j.subject_type = ${at}`, filter.subjectType);
  add((at) => `j.subject_id = ${at}`, filter.subjectId);
  add((at) => `j.created_at < ${at}`, filter.createdBefore);
  add((at) => `j.created_at >= ${at}`, filter.createdAfter);
  const search = filter.search?.toLowerCase();
  if (search !== undefined && BEGINNING_OF_ID.test(search)) {
    add(
      (at) => `j.id = any(array(select job_id from job_words where job_id like ${at}))`,
      `${asPattern(search)}%`,
    );
  } else
    add(
      (at) => `j.id in (select job_id from job_words where words like ${at})`,
      search === undefined ? undefined : `%${asPattern(search)}%`,
    );
  return conditions;
}

/** A type, its dash, and what there is of the rest (job-id.ts). */
const BEGINNING_OF_ID = /^[a-z][a-z0-9_]*-[0-9a-z]{0,8}$/;

/** `%` and `_` stand for themselves. */
function asPattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** A commit-safe cursor of the state stream: every change up to (`xid`, `id`) has been told (jobs.md §7). */
export interface StreamCursor {
  xid: string;
  id: string;
}

/** Jobs changed after the cursor by transactions that no running one can precede, oldest change first. */
export async function changedSince(
  db: Queryable,
  { filter, after, limit }: { filter: JobFilter; after: StreamCursor; limit: number },
): Promise<{ job: JobRow; cursor: StreamCursor }[]> {
  const values: unknown[] = [after.xid, after.id, limit];
  const conditions = filterConditions(filter, values);
  const { rows } = await db.query<JobRow & { xid: string }>(
    `select ${JOB_COLUMNS}, j.changed_xid::text as xid from jobs j
     where (j.changed_xid, j.id) > ($1::xid8, $2)
       and j.changed_xid < pg_snapshot_xmin(pg_current_snapshot())
       ${conditions.map((condition) => `and ${condition}`).join(' ')}
     order by j.changed_xid, j.id limit $3`,
    values,
  );
  return rows.map(({ xid, ...job }) => ({ job, cursor: { xid, id: job.id } }));
}

/**
 * Where the stream stands now. Every change before it has committed, so that a snapshot taken after this shows it;
 * every other comes behind this cursor. No job has an empty id.
 */
export async function streamPosition(db: Queryable): Promise<StreamCursor> {
  const { rows } = await db.query<{ xid: string }>(
    `select pg_snapshot_xmin(pg_current_snapshot())::text as xid`,
  );
  return { xid: rows[0]?.xid ?? '0', id: '' };
}

/** Whether a change has committed that `changedSince` holds back for an older transaction; its end tells nobody. */
export async function hasHeldBack(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ held: boolean }>(
    `select exists (select from jobs where changed_xid >= pg_snapshot_xmin(pg_current_snapshot())) as held`,
  );
  return rows[0]?.held === true;
}
