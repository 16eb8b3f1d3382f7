import type { Queryable } from './database.js';

/** An open row that Temporal has taken. */
export interface OpenRow {
  id: string;
  round: number;
  claimedRun: string | null;
}

/** Open rows in Temporal's hands; its list may not show yet what was created less than `olderThanMs` ago. */
export async function openRows(db: Queryable, { olderThanMs }: { olderThanMs: number }): Promise<OpenRow[]> {
  const { rows } = await db.query<OpenRow>(
    `select id, round, claimed_run as "claimedRun" from jobs where outcome_status is null and accepted_round = round
       and created_at < now() - $1 * interval '1 millisecond'`,
    [olderThanMs],
  );
  return rows;
}

export interface ComparedRow {
  id: string;
  outcomeStatus: string | null;
  outcomeRun: string | null;
}

/** How the rows of these jobs stand; a job without a row is missing in the answer. */
export async function compareRows(db: Queryable, ids: string[]): Promise<Map<string, ComparedRow>> {
  const { rows } = await db.query<ComparedRow>(
    `select id, outcome_status as "outcomeStatus", outcome_run as "outcomeRun" from jobs where id = any($1::text[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Which of these runs were refused by their job. */
export async function voidRuns(db: Queryable, runIds: string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ runId: string }>(
    `select run_id as "runId" from job_runs where void and run_id = any($1::text[])`,
    [runIds],
  );
  return new Set(rows.map(({ runId }) => runId));
}

export interface OpenAttempt {
  id: string;
  jobId: string;
  activityId: string;
}

/** Attempts that have been open for a while, and whose workers live. */
export async function longAttempts(db: Queryable): Promise<OpenAttempt[]> {
  const { rows } = await db.query<OpenAttempt>(
    `select a.id, a.job_id as "jobId", a.activity_id as "activityId" from job_attempts a
     where a.ended_at is null and a.activity_id is not null and a.started_at < now() - interval '30 seconds'
     order by a.started_at limit 500`,
  );
  return rows;
}

const SWEPT_AT = 'swept_at';

/** When the last comparison with Temporal began, by this database: an older copy brings its own time along. */
export async function sweptAt(db: Queryable): Promise<Date | undefined> {
  return timeOf(db, SWEPT_AT);
}

export async function recordSwept(db: Queryable, at: Date): Promise<void> {
  await keepTime(db, SWEPT_AT, at);
}

const MARKED_AT = 'marked_at';

/** When Temporal was last told, by these rows, that they are looked after. */
export async function markedAt(db: Queryable): Promise<Date | undefined> {
  return timeOf(db, MARKED_AT);
}

export async function recordMarked(db: Queryable, at: Date): Promise<void> {
  await keepTime(db, MARKED_AT, at);
}

async function timeOf(db: Queryable, key: string): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date }>(
    `select (value #>> '{}')::timestamptz as at from settings where key = $1`,
    [key],
  );
  return rows[0]?.at;
}

async function keepTime(db: Queryable, key: string, at: Date): Promise<void> {
  await db.query(
    `insert into settings (key, value) values ($1, to_jsonb($2::text)) on conflict (key) do update set value = excluded.value`,
    [key, at.toISOString()],
  );
}

/** Kept by every copy of this database. */
export async function databaseId(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `select value #>> '{}' as id from settings where key = 'database_id'`,
  );
  return rows[0]?.id ?? 'unknown';
}

export async function databaseTime(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('select now()');
  return rows[0]?.now ?? new Date();
}
