import type { Queryable } from './database.js';

/** What the sweeper, or a run itself, mended: one kind a cause (docs/reliability.md). */
export const REPAIRS = [
  'row_rebuilt',
  'row_caught_up',
  'reset_reopened',
  'reset_refused',
  'outcome_from_temporal',
  'outcome_changed',
  'run_lost',
  'older_copy',
  'start_repeated',
  'attempt_forgotten',
] as const;
export type RepairKind = (typeof REPAIRS)[number];

export interface Repair {
  jobId: string;
  kind: RepairKind;
  detail: string;
}

export interface RepairRow extends Repair {
  id: number;
  time: Date;
}

export async function insertRepair(db: Queryable, { jobId, kind, detail }: Repair): Promise<void> {
  await db.query('insert into repairs (job_id, kind, detail) values ($1, $2, $3)', [jobId, kind, detail]);
}

/** Newest first. */
export async function listRepairs(
  db: Queryable,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<RepairRow[]> {
  const { rows } = await db.query<RepairRow>(
    `select id, time, job_id as "jobId", kind, detail from repairs
     where $1::bigint is null or id < $1 order by id desc limit $2`,
    [before ?? null, limit],
  );
  return rows;
}

export async function forgetOldRepairs(db: Queryable): Promise<void> {
  await db.query(`delete from repairs where time < now() - interval '30 days'`);
}
