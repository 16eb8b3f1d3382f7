import type { Queryable } from './database.js';

export interface OfferedSchedule {
  scheduleId: string;
  /** Whose scans it asks for; null for the others. */
  libraryId: string | null;
}

export async function listOffered(db: Queryable): Promise<OfferedSchedule[]> {
  const { rows } = await db.query<OfferedSchedule>(
    `select schedule_id as "scheduleId", library_id as "libraryId" from offered_schedules order by schedule_id`,
  );
  return rows;
}

/** False when somebody else has offered it in this moment. */
export async function recordOffered(
  tx: Queryable,
  { scheduleId, libraryId }: OfferedSchedule,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into offered_schedules (schedule_id, library_id) values ($1, $2) on conflict do nothing`,
    [scheduleId, libraryId],
  );
  return rowCount === 1;
}

export async function forgetOffered(tx: Queryable, scheduleId: string): Promise<void> {
  await tx.query('delete from offered_schedules where schedule_id = $1', [scheduleId]);
}

/** A person's own schedule of this id or name is theirs. */
export async function isScheduleTaken(
  tx: Queryable,
  { id, name }: { id: string; name: string },
): Promise<boolean> {
  const { rowCount } = await tx.query('select from schedules where id = $1 or name = $2 limit 1', [id, name]);
  return rowCount === 1;
}
