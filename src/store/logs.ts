import type { Queryable } from './database.js';

export type LogLevel = 'info' | 'warn' | 'error';

export interface LogEntry {
  jobId: string;
  attemptId: string | null;
  seq: number;
  time: Date;
  level: LogLevel;
  /** The step that speaks. */
  context: string;
  message: string;
  metadata: unknown;
}

/** Entries per job; what comes later is dropped, so that one job cannot fill the disk. */
const MAX_LOGS_PER_JOB = 10_000;

/**
 * One statement for a batch; a repeated (attempt, seq) is ignored. `kept` is materialized, since its count is
 * otherwise made anew for every line of the batch.
 */
export async function appendLogs(db: Queryable, entries: LogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db.query(
    `with given as (
       select *, row_number() over (partition by job_id order by place) as number
       from rows from (jsonb_to_recordset($1) as ("jobId" text, "attemptId" uuid, seq int, time timestamptz,
         level text, context text, message text, metadata jsonb))
         with ordinality as line(job_id, attempt_id, seq, time, level, context, message, metadata, place)
     ), kept as materialized (
       select id, (select count(*) from (select from job_logs l where l.job_id = j.id limit $2) lines) as lines
       from jobs j where id in (select job_id from given)
     )
     insert into job_logs (job_id, attempt_id, seq, time, level, context, message, metadata)
     select g.job_id, g.attempt_id, g.seq, g.time, g.level, g.context, g.message, g.metadata
     from given g join kept on kept.id = g.job_id where g.number <= $2 - kept.lines
     order by g.place on conflict do nothing`,
    [JSON.stringify(entries), MAX_LOGS_PER_JOB],
  );
  const jobs = [...new Set(entries.map((entry) => entry.jobId))];
  await db.query(`select pg_notify('longplay_logs', id) from unnest($1::text[]) as id`, [jobs]);
}

export interface StoredLog {
  id: number;
  time: Date;
  level: LogLevel;
  context: string;
  message: string;
  metadata: unknown;
  attemptId: string | null;
}

/** Log lines after `after`, oldest first. */
export async function listLogs(
  db: Queryable,
  {
    jobId,
    after,
    limit,
    level,
  }: { jobId: string; after: number; limit: number; level?: LogLevel | undefined },
): Promise<StoredLog[]> {
  const { rows } = await db.query<StoredLog>(
    `select id, time, level, context, message, metadata, attempt_id as "attemptId" from job_logs
     where job_id = $1 and id > $2 and ($4::text is null or level = $4) order by id limit $3`,
    [jobId, after, limit, level ?? null],
  );
  return rows;
}
