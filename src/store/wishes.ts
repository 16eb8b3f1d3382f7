import type { Queryable } from './database.js';

export const WISHES = ['pause', 'resume', 'cancel', 'retryNow', 'setPriority'] as const;
export type WishKind = (typeof WISHES)[number];

export interface Wish {
  id: number;
  jobId: string;
  kind: WishKind;
  priority: number | null;
  madeBy: string;
}

/** The row comes before the signal, so that a wish made while Temporal is away is not lost. */
export async function insertWish(
  db: Queryable,
  wish: { jobId: string; kind: WishKind; priority?: number; madeBy: string },
): Promise<Wish> {
  const { rows } = await db.query<Wish>(
    `insert into job_wishes (job_id, kind, priority, made_by) values ($1, $2, $3, $4)
     returning id, job_id as "jobId", kind, priority, made_by as "madeBy"`,
    [wish.jobId, wish.kind, wish.priority ?? null, wish.madeBy],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('The wish was not stored');
  return row;
}

export async function acceptWish(db: Queryable, id: number): Promise<void> {
  await db.query(`update job_wishes set accepted_at = now(), last_error = null where id = $1`, [id]);
}

export async function recordWishError(db: Queryable, id: number, message: string): Promise<void> {
  await db.query(`update job_wishes set last_error = $2 where id = $1`, [id, message]);
}

/**
 * Wishes older than 2 s that Temporal has not taken; those of ended jobs are accepted by their end, and those that a
 * later one made void by that: sent behind it, they would undo it.
 */
export async function openWishes(db: Queryable): Promise<Wish[]> {
  await db.query(
    `update job_wishes w set accepted_at = now() from jobs j
     where j.id = w.job_id and w.accepted_at is null and (j.outcome_status is not null or exists (
       select from job_wishes later where later.job_id = w.job_id and later.id > w.id
         and (later.kind = w.kind or (w.kind in ('pause', 'resume') and later.kind in ('pause', 'resume')))))`,
  );
  const { rows } = await db.query<Wish>(
    `select id, job_id as "jobId", kind, priority, made_by as "madeBy" from job_wishes
     where accepted_at is null and made_at < now() - interval '2 seconds' order by id limit 200`,
  );
  return rows;
}

/** Whether a cancel is still to be sent. */
export async function isCancelWished(db: Queryable, jobId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from job_wishes where job_id = $1 and kind = 'cancel' and accepted_at is null limit 1`,
    [jobId],
  );
  return rowCount === 1;
}

/** Wishes made but not yet true: shown as `requested` (jobs.md §2). One that an earlier round took is spent. */
export async function requestedOf(db: Queryable, jobIds: string[]): Promise<Map<string, WishKind>> {
  const { rows } = await db.query<{ jobId: string; kind: WishKind }>(
    `select distinct on (w.job_id) w.job_id as "jobId", w.kind from job_wishes w join jobs j on j.id = w.job_id
     where w.job_id = any($1::text[]) and j.outcome_status is null and w.made_at > coalesce(j.started_at, j.created_at) - interval '1 hour'
       and (w.accepted_at is null or j.round = 1 or exists (
         select from job_runs r where r.job_id = j.id and r.round = j.round and r.started_at < w.accepted_at))
       and (w.kind = 'cancel' or (w.kind = 'pause' and j.status <> 'paused') or (w.kind = 'resume' and j.paused_at is not null))
       and not exists (select from job_wishes later where later.job_id = w.job_id and later.id > w.id and w.kind <> 'cancel'
         and later.kind in ('pause', 'resume', 'cancel'))
     order by w.job_id, (w.kind = 'cancel') desc, w.id desc`,
    [jobIds],
  );
  return new Map(rows.map((row) => [row.jobId, row.kind]));
}

/** Who wished this last; `Temporal` when the signal came from its own tools. */
export async function lastWisher(db: Queryable, jobId: string, kind: WishKind): Promise<string | undefined> {
  const { rows } = await db.query<{ madeBy: string }>(
    `select made_by as "madeBy" from job_wishes where job_id = $1 and kind = $2 order by id desc limit 1`,
    [jobId, kind],
  );
  return rows[0]?.madeBy;
}
