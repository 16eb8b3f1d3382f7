import type { BulkAction } from '../domain/jobs/bulk.js';
import type { JobStatus } from '../domain/jobs/status.js';
import type { Database, Queryable } from './database.js';
import { filterConditions, type JobFilter } from './job-list.js';
import type { Wish, WishKind } from './wishes.js';

/** A job that the filter of a bulk action matches. */
export interface BulkMatch {
  id: string;
  type: string;
  title: string;
  status: JobStatus;
  paused: boolean;
  /** The same is asked for already and not yet true: asking again would change nothing. */
  asked: boolean;
  /** The open job that equals this ended one. */
  openEqual: string | null;
}

export interface BulkWish {
  action: BulkAction;
  /** For setPriority. */
  priority?: number | undefined;
}

/** The status too, since only that has an index which finds the few open jobs among a million. */
const OPEN = `j.outcome_status is null and j.status in ('pending', 'queued', 'running', 'paused')`;

/**
 * A wish of this kind is on its way, or this round took it a moment ago, and none for the opposite came after it.
 * One that an earlier round took is spent.
 */
function isOnItsWay(kind: WishKind, opposite: WishKind = kind): string {
  return `exists (select from job_wishes w where w.job_id = j.id and w.kind = '${kind}'
    and (w.accepted_at is null or (w.accepted_at > now() - interval '10 seconds' and exists (
      select from job_runs r where r.job_id = j.id and r.round = j.round and r.started_at < w.accepted_at)))
    and not exists (select from job_wishes later
      where later.job_id = w.job_id and later.id > w.id and later.kind = '${opposite}'))`;
}

const OPEN_EQUAL = `(select o.id from jobs o
  where o.type = j.type and o.dedupe_key = j.dedupe_key and o.outcome_status is null and o.id <> j.id)`;

/** Whether the action makes sense for the job `j`, asked for already or not. */
function fits({ action, priority }: BulkWish, values: unknown[]): string {
  switch (action) {
    case 'pause':
      return `${OPEN} and j.paused_at is null`;
    case 'resume':
      return `${OPEN} and (j.paused_at is not null or ${isOnItsWay('pause', 'resume')})`;
    case 'cancel':
      return OPEN;
    case 'retry':
      return `j.outcome_status is not null and ${OPEN_EQUAL} is null`;
    case 'retryNow':
      return `${OPEN} and (j.wait_reason is not null
        or exists (select from job_steps s where s.job_id = j.id and s.state = 'backoff'))`;
    case 'setPriority':
      values.push(priority);
      return `${OPEN} and j.priority <> $${values.length}`;
  }
}

function asked(action: BulkAction): string {
  switch (action) {
    case 'pause':
      return isOnItsWay('pause', 'resume');
    case 'resume':
      return isOnItsWay('resume', 'pause');
    case 'cancel':
      return isOnItsWay('cancel');
    case 'retryNow':
      return `exists (select from job_wishes w where w.job_id = j.id and w.kind = 'retryNow' and w.accepted_at is null)`;
    case 'retry':
    case 'setPriority':
      return 'false';
  }
}

/**
 * The jobs of a filter, oldest first, in two parts: those that the action fits and that nobody asked for it yet, or
 * all the others. So each further call comes to jobs that the one before did not.
 */
export async function matchBulk(
  db: Queryable,
  wanted: { filter: JobFilter; wish: BulkWish; part: 'to do' | 'others'; limit: number },
): Promise<BulkMatch[]> {
  const { filter, wish, part, limit } = wanted;
  const values: unknown[] = [];
  const conditions = filterConditions(filter, values);
  const toDo = `(${fits(wish, values)} and not ${asked(wish.action)})`;
  conditions.push(part === 'to do' ? toDo : `not ${toDo}`);
  values.push(limit);
  const { rows } = await db.query<BulkMatch>(
    `select j.id, j.type, j.title, j.status, j.paused_at is not null as paused,
       j.outcome_status is null and ${asked(wish.action)} as asked,
       case when j.outcome_status is not null then ${OPEN_EQUAL} end as "openEqual"
     from jobs j where ${conditions.join(' and ')} order by j.created_at, j.id limit $${values.length}`,
    values,
  );
  return rows;
}

/** Those of the ids that are no job's. */
export async function unknownIds(db: Queryable, ids: string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select asked.id from unnest($1::text[]) as asked (id)
     where not exists (select from jobs j where j.id = asked.id)`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/**
 * One wish for each of the jobs that the action still fits, in one transaction; whom it fits no more gets none. The
 * newest is locked first, for a child is younger than its parent and comes before it.
 */
export async function insertWishes(
  db: Database,
  wanted: { ids: string[]; wish: BulkWish & { action: WishKind }; madeBy: string },
): Promise<Wish[]> {
  const { ids, wish, madeBy } = wanted;
  return db.transaction(async (tx) => {
    await tx.query(
      `select from jobs where id = any($1::text[]) order by created_at desc, id desc for no key update`,
      [ids],
    );
    const values: unknown[] = [ids, wish.action, wish.priority ?? null, madeBy];
    const { rows } = await tx.query<Wish>(
      `insert into job_wishes (job_id, kind, priority, made_by)
       select j.id, $2, $3::smallint, $4 from jobs j
       where j.id = any($1::text[]) and ${fits(wish, values)} and not ${asked(wish.action)}
       order by j.created_at, j.id
       returning id, job_id as "jobId", kind, priority, made_by as "madeBy"`,
      values,
    );
    const taken = rows.map(({ jobId }) => jobId);
    if (wish.priority !== undefined) {
      await tx.query(`update jobs set priority = $2 where id = any($1::text[])`, [taken, wish.priority]);
    }
    await tx.query(`select touch_job(id) from unnest($1::text[]) id`, [taken]);
    return rows;
  });
}
