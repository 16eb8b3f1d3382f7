import type { Queryable } from './database.js';

export interface RetentionRule {
  status: 'completed' | 'failed' | 'cancelled';
  /** The latest of each type stay, however old they are. */
  keepLatest: number;
  days: number;
}

/**
 * Jobs without a parent that no rule keeps, oldest first; without those that have to stay themselves, or they would
 * fill the limit for ever and keep all behind them. A family goes whole or not at all: not while a part of it
 * is open, is still to be cleaned up, or belongs to a request, whose record it is.
 */
export async function expiredJobs(
  db: Queryable,
  { type, rule, limit }: { type: string; rule: RetentionRule; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with cutoff as (
       select least(now() - $4 * interval '1 day', coalesce((
         select ended_at from jobs where $3 > 0 and type = $1 and outcome_status = $2 and parent_id is null
         order by ended_at desc offset greatest($3 - 1, 0) limit 1), now())) as at
     )
     select j.id from jobs j, cutoff
     where j.type = $1 and j.outcome_status = $2 and j.parent_id is null and j.ended_at < cutoff.at
       and ($3 = 0 or (select count(*) from (select from jobs n where n.type = $1 and n.outcome_status = $2
         and n.parent_id is null and n.ended_at >= cutoff.at limit $3) latest) >= $3)
       and not exists (select from requests r where r.job_id = j.id)
       and not exists (select from cleanups c where c.job_id = j.id and c.done_at is null)
     order by j.ended_at limit $5`,
    [type, rule.status, rule.keepLatest, rule.days, limit],
  );
  return rows.map(({ id }) => id);
}

/** Removes the families of these jobs with all that was recorded of them; returns how many jobs went. */
export async function removeFamilies(db: Queryable, ids: string[]): Promise<number> {
  const { rows } = await db.query<{ removed: number }>(
    `with recursive family as (
       select id, id as root from jobs where id = any($1::text[])
       union select j.id, f.root from jobs j join family f on j.parent_id = f.id
     ), kept as (
       select f.root from family f join jobs j on j.id = f.id
       where j.outcome_status is null
         or exists (select from cleanups c where c.job_id = f.id and c.done_at is null)
         or exists (select from requests r where r.job_id = f.id)
     ), going as (
       select id from family where root not in (select root from kept)
     ), swept as (
       delete from cleanups where job_id in (select id from going)
     ), removed as (
       delete from jobs where id in (select id from going) returning id
     )
     select count(*)::int as removed from removed`,
    [ids],
  );
  return rows[0]?.removed ?? 0;
}
