import type { Queryable } from './database.js';

/** The first half of the advisory lock's key; the second is the schedule's. */
const APPLY_LOCK = 4_100_030;

/** What Temporal has of a schedule, as far as our row knows. */
export interface AppliedSchedule {
  id: string;
  version: number;
  appliedVersion: number;
  appliedPrint: string | null;
}

/** One process at a time writes one schedule to Temporal, so that the older version is never the last one written. */
export async function lockApply(tx: Queryable, id: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [APPLY_LOCK, id]);
}

export async function listApplied(db: Queryable): Promise<AppliedSchedule[]> {
  const { rows } = await db.query<AppliedSchedule>(
    `select id, version, applied_version as "appliedVersion", applied_print as "appliedPrint"
     from schedules order by id`,
  );
  return rows;
}

export async function recordApplied(
  db: Queryable,
  applied: { id: string; version: number; print: string; nextAt: Date | undefined },
): Promise<void> {
  await db.query(
    `update schedules set applied_version = $2, applied_print = $3, apply_error = null,
       next_at = case when enabled then $4::timestamptz end where id = $1`,
    [applied.id, applied.version, applied.print, applied.nextAt ?? null],
  );
}

export async function recordApplyError(db: Queryable, id: string, message: string): Promise<void> {
  await db.query(`update schedules set apply_error = $2 where id = $1 and apply_error is distinct from $2`, [
    id,
    message,
  ]);
}

/** In one statement for any number; a version that Temporal has not got is left alone. */
export async function recordNextTimes(
  db: Queryable,
  times: readonly { id: string; nextAt: Date | undefined }[],
): Promise<void> {
  await db.query(
    `update schedules s set next_at = t.next_at from unnest($1::text[], $2::timestamptz[]) as t (id, next_at)
     where s.id = t.id and s.enabled and s.applied_version = s.version and s.next_at is distinct from t.next_at`,
    [times.map(({ id }) => id), times.map(({ nextAt }) => nextAt ?? null)],
  );
}
