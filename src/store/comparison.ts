import type { Queryable } from './database.js';
import { recall, recallTime, remember } from './remembered.js';

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

/** When the last comparison with Temporal began, by this database: an older copy brings its own time along. */
export function sweptAt(db: Queryable): Promise<Date | undefined> {
  return recallTime(db, 'swept_at');
}

export function recordSwept(db: Queryable, at: Date): Promise<void> {
  return remember(db, 'swept_at', at.toISOString());
}

/** When Temporal was last told, by these rows, that they are looked after. */
export function markedAt(db: Queryable): Promise<Date | undefined> {
  return recallTime(db, 'marked_at');
}

export function recordMarked(db: Queryable, at: Date): Promise<void> {
  return remember(db, 'marked_at', at.toISOString());
}

/** Kept by every copy of this database. */
export async function databaseId(db: Queryable): Promise<string> {
  return (await recall(db, 'database_id')) ?? 'unknown';
}

export async function databaseTime(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('select now()');
  return rows[0]?.now ?? new Date();
}
