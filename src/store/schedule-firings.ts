import type { FiringKind, FiringOutcome } from '../domain/jobs/schedule.js';
import type { JobStatus } from '../domain/jobs/status.js';
import type { Queryable } from './database.js';

/** What one firing is known by: there is at most one row of it. */
export interface FiringKey {
  scheduleId: string;
  nominalAt: Date;
  kind: FiringKind;
}

export interface FiringRow extends FiringKey {
  outcome: FiringOutcome;
  jobId: string | null;
  /** The equal job that was open. */
  skippedJobId: string | null;
  detail: string | null;
  madeBy: string;
  createdAt: Date;
  /** Of the job made, or of the equal one; null when neither is kept any more. */
  jobStatus: JobStatus | null;
}

const COLUMNS = `
  f.schedule_id as "scheduleId", f.nominal_at as "nominalAt", f.kind, f.outcome, f.job_id as "jobId",
  f.skipped_job_id as "skippedJobId", f.detail, f.made_by as "madeBy", f.created_at as "createdAt",
  j.status as "jobStatus"`;
const JOB = 'left join jobs j on j.id = coalesce(f.job_id, f.skipped_job_id)';

export async function insertFiring(
  tx: Queryable,
  firing: Omit<FiringRow, 'createdAt' | 'jobStatus'>,
): Promise<void> {
  await tx.query(
    `insert into schedule_firings (schedule_id, nominal_at, kind, outcome, job_id, skipped_job_id, detail, made_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      firing.scheduleId,
      firing.nominalAt,
      firing.kind,
      firing.outcome,
      firing.jobId,
      firing.skippedJobId,
      firing.detail,
      firing.madeBy,
    ],
  );
}

export async function findFiring(db: Queryable, key: FiringKey): Promise<FiringRow | undefined> {
  const { rows } = await db.query<FiringRow>(
    `select ${COLUMNS} from schedule_firings f ${JOB}
     where f.schedule_id = $1 and f.nominal_at = $2 and f.kind = $3`,
    [key.scheduleId, key.nominalAt, key.kind],
  );
  return rows[0];
}

/** A place in the list ordered by (nominal_at, kind), newest first. */
interface FiringCursor {
  createdAt: string;
  id: string;
}

export async function listFirings(
  db: Queryable,
  { scheduleId, after, limit }: { scheduleId: string; after: FiringCursor | undefined; limit: number },
): Promise<{ firings: FiringRow[]; next: FiringCursor | null }> {
  const { rows } = await db.query<FiringRow & { at: string }>(
    `select ${COLUMNS}, to_char(f.nominal_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
     from schedule_firings f ${JOB}
     where f.schedule_id = $1 and ($2::timestamptz is null or (f.nominal_at, f.kind) < ($2, $3))
     order by f.nominal_at desc, f.kind desc limit $4`,
    [scheduleId, after?.createdAt ?? null, after?.id ?? null, limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    firings: rows.slice(0, limit).map(({ at: _at, ...firing }) => firing),
    next: last === undefined ? null : { createdAt: last.at, id: last.kind },
  };
}

/** The last firing of each schedule, by its id: one index look-up a schedule, however many firings it has. */
export async function lastFirings(
  db: Queryable,
  scheduleIds: readonly string[],
): Promise<Map<string, FiringRow>> {
  const { rows } = await db.query<FiringRow>(
    `select ${COLUMNS} from unnest($1::text[]) as wanted (id)
       cross join lateral (select * from schedule_firings where schedule_id = wanted.id
         order by nominal_at desc, kind desc limit 1) f ${JOB}`,
    [scheduleIds],
  );
  return new Map(rows.map((row) => [row.scheduleId, row]));
}

/** Of each schedule the time of its last firing whose job was completed; only so far back that it costs little. */
export async function lastSuccesses(
  db: Queryable,
  scheduleIds: readonly string[],
): Promise<Map<string, Date>> {
  const { rows } = await db.query<{ id: string; at: Date }>(
    `select wanted.id, max(f.nominal_at) as at from unnest($1::text[]) as wanted (id)
       cross join lateral (select nominal_at, job_id from schedule_firings where schedule_id = wanted.id
         order by nominal_at desc, kind desc limit 100) f
       join jobs j on j.id = f.job_id and j.outcome_status = 'completed'
     group by wanted.id`,
    [scheduleIds],
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/** As long as the longest kept jobs (jobs.md §4 "Retention"); no catch-up reaches that far back. */
export async function forgetOldFirings(db: Queryable): Promise<void> {
  await db.query(`delete from schedule_firings where created_at < now() - interval '90 days'`);
}
