import type { Timing } from '../domain/jobs/schedule.js';
import type { Queryable } from './database.js';

/** What people set of a schedule. */
export interface ScheduleSettings extends Timing {
  name: string;
  type: string;
  params: Record<string, unknown>;
  /** null: the type's, else 5. */
  priority: number | null;
  /** null: the type's. */
  maxRetries: number | null;
  jitterMs: number;
  catchupWindowMs: number;
}

export interface ScheduleRow extends ScheduleSettings {
  id: string;
  enabled: boolean;
  createdBy: string;
  createdAt: Date;
  changedAt: Date;
  version: number;
  appliedVersion: number;
  appliedPrint: string | null;
  applyError: string | null;
  nextAt: Date | null;
}

const COLUMNS = `
  s.id, s.name, s.type, s.params, s.priority, s.max_retries as "maxRetries", s.cron, s.every_ms as "everyMs",
  s.timezone, s.jitter_ms as "jitterMs", s.catchup_window_ms as "catchupWindowMs", s.enabled,
  s.created_by as "createdBy", s.created_at as "createdAt", s.changed_at as "changedAt", s.version,
  s.applied_version as "appliedVersion", s.applied_print as "appliedPrint", s.apply_error as "applyError",
  s.next_at as "nextAt"`;

const SETTINGS =
  'name, type, params, priority, max_retries, cron, every_ms, timezone, jitter_ms, catchup_window_ms';

function valuesOf(settings: ScheduleSettings): unknown[] {
  return [
    settings.name,
    settings.type,
    JSON.stringify(settings.params),
    settings.priority,
    settings.maxRetries,
    settings.cron,
    settings.everyMs,
    settings.timezone,
    settings.jitterMs,
    settings.catchupWindowMs,
  ];
}

/** @throws the unique violation of schedules_pkey or schedules_name_key. */
export async function insertSchedule(
  db: Queryable,
  schedule: ScheduleSettings & Pick<ScheduleRow, 'id' | 'enabled' | 'createdBy'>,
): Promise<void> {
  await db.query(
    `insert into schedules (id, enabled, created_by, ${SETTINGS})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [schedule.id, schedule.enabled, schedule.createdBy, ...valuesOf(schedule)],
  );
}

/** false when there is none. @throws the unique violation of schedules_name_key. */
export async function updateSchedule(
  db: Queryable,
  id: string,
  settings: ScheduleSettings,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update schedules set (${SETTINGS}) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11),
       version = version + 1, changed_at = now() where id = $1`,
    [id, ...valuesOf(settings)],
  );
  return rowCount === 1;
}

/** What is so already stays as it is, its version too. */
export async function setScheduleEnabled(db: Queryable, id: string, enabled: boolean): Promise<void> {
  await db.query(
    `update schedules set enabled = $2, version = version + 1, changed_at = now()
     where id = $1 and enabled <> $2`,
    [id, enabled],
  );
}

export async function deleteSchedule(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from schedules where id = $1', [id]);
  return rowCount === 1;
}

export async function findSchedule(db: Queryable, id: string): Promise<ScheduleRow | undefined> {
  const { rows } = await db.query<ScheduleRow>(`select ${COLUMNS} from schedules s where s.id = $1`, [id]);
  return rows[0];
}

/** Its row, held until the transaction ends: firings and edits of one schedule come one after the other. */
export async function lockSchedule(tx: Queryable, id: string): Promise<ScheduleRow | undefined> {
  const { rows } = await tx.query<ScheduleRow>(
    `select ${COLUMNS} from schedules s where s.id = $1 for no key update`,
    [id],
  );
  return rows[0];
}

/** A place in the list ordered by (created_at, id), newest first. */
interface ScheduleCursor {
  createdAt: string;
  id: string;
}

export async function listSchedules(
  db: Queryable,
  { after, limit }: { after: ScheduleCursor | undefined; limit: number },
): Promise<{ schedules: ScheduleRow[]; next: ScheduleCursor | null }> {
  const { rows } = await db.query<ScheduleRow & { at: string }>(
    `select ${COLUMNS}, to_char(s.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
     from schedules s where $1::timestamptz is null or (s.created_at, s.id) < ($1, $2)
     order by s.created_at desc, s.id desc limit $3`,
    [after?.createdAt ?? null, after?.id ?? null, limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    schedules: rows.slice(0, limit).map(({ at: _at, ...schedule }) => schedule),
    next: last === undefined ? null : { createdAt: last.at, id: last.id },
  };
}
