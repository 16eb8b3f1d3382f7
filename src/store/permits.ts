import type { PermitPolicy } from '../domain/jobs/policy.js';
import { touchJob } from './jobs.js';
import type { Database, Queryable } from './database.js';

/** Whether the job may go on now; otherwise it waits in line, and is signalled when its turn has come. */
export async function askPermit(
  db: Database,
  { jobId, permit }: { jobId: string; permit: PermitPolicy },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    // A child takes none where an ancestor holds one of its group: it would wait for its own parent.
    const { rows: held } = await tx.query<{ held: boolean }>(
      'select holds_permit(parent_id, $2) as held from jobs where id = $1 and parent_id is not null',
      [jobId, permit.group],
    );
    if (held[0]?.held === true) return true;
    await lockGroup(tx, permit);
    await tx.query(
      `insert into permits (job_id, permit_group) values ($1, $2)
       on conflict (job_id) do update set permit_group = excluded.permit_group
         where permits.permit_group <> excluded.permit_group`,
      [jobId, permit.group],
    );
    await grant(tx, permit.group);
    const { rows } = await tx.query<{ granted: boolean }>(
      'select granted_at is not null as granted from permits where job_id = $1',
      [jobId],
    );
    const granted = rows[0]?.granted === true;
    // It hears of it by this answer, not by a signal.
    if (granted) await tx.query('update permits set told_at = now() where job_id = $1', [jobId]);
    else await touchJob(tx, jobId);
    return granted;
  });
}

/**
 * Frees the permit, or leaves the line, and gives it on in the same transaction; returns who is to be told. Never
 * within a transaction that holds a job's lock: a group's lock comes before those of its jobs.
 */
export async function releasePermit(db: Database, jobId: string): Promise<string[]> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ group: string }>(
      `select g.name as group from permit_groups g join permits p on p.permit_group = g.name
       where p.job_id = $1 for update of g`,
      [jobId],
    );
    const group = rows[0]?.group;
    if (group === undefined) return [];
    const { rowCount } = await tx.query('delete from permits where job_id = $1', [jobId]);
    if (rowCount === 1) await touchJob(tx, jobId);
    return grant(tx, group);
  });
}

/** The latest asker's maximum counts: the catalogue may have changed since the others were created. */
async function lockGroup(tx: Queryable, { group, maximum }: PermitPolicy): Promise<void> {
  await tx.query(
    `insert into permit_groups (name, maximum) values ($1, $2)
     on conflict (name) do update set maximum = excluded.maximum`,
    [group, maximum],
  );
}

/** Gives what is free to the first in line by (priority, since, id). */
async function grant(tx: Queryable, group: string): Promise<string[]> {
  const { rows } = await tx.query<{ jobId: string }>(
    `with free as (
       select g.maximum - (select count(*) from permits p where p.permit_group = g.name and p.granted_at is not null) as places
       from permit_groups g where g.name = $1
     ), chosen as (
       select p.job_id from permits p join jobs j on j.id = p.job_id
       where p.permit_group = $1 and p.granted_at is null
       order by j.priority, p.asked_at, p.job_id limit (select greatest(places, 0) from free)
     )
     update permits set granted_at = clock_timestamp() where job_id in (select job_id from chosen)
     returning job_id as "jobId"`,
    [group],
  );
  for (const { jobId } of rows) await touchJob(tx, jobId);
  return rows.map(({ jobId }) => jobId);
}

/** Heals: frees what ended jobs hold, gives what is free, and returns who has a permit and was not told. */
export async function healPermits(db: Database): Promise<string[]> {
  const { rows: ended } = await db.query<{ jobId: string }>(
    `select p.job_id as "jobId" from permits p join jobs j on j.id = p.job_id where j.outcome_status is not null`,
  );
  for (const { jobId } of ended) await releasePermit(db, jobId);
  const { rows: groups } = await db.query<{ group: string }>(
    `select distinct permit_group as group from permits where granted_at is null`,
  );
  for (const { group } of groups) await grantFree(db, group);
  const { rows } = await db.query<{ jobId: string }>(
    `select job_id as "jobId" from permits where granted_at < now() - interval '1 second' and told_at is null`,
  );
  return rows.map(({ jobId }) => jobId);
}

async function grantFree(db: Database, group: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('select from permit_groups where name = $1 for update', [group]);
    await grant(tx, group);
  });
}

export async function recordPermitTold(db: Queryable, jobId: string): Promise<void> {
  await db.query('update permits set told_at = now() where job_id = $1 and granted_at is not null', [jobId]);
}

export interface PermitWait {
  jobId: string;
  group: string;
  maximum: number;
  /** 1 is next. */
  position: number;
}

/** Who waits in a line of a group, and at which place. */
export async function permitWaits(db: Queryable, jobIds: string[]): Promise<Map<string, PermitWait>> {
  const { rows } = await db.query<PermitWait>(
    `select p.job_id as "jobId", p.permit_group as group, g.maximum,
       (select 1 + count(*) from permits o join jobs oj on oj.id = o.job_id
        where o.permit_group = p.permit_group and o.granted_at is null
          and (oj.priority, o.asked_at, o.job_id) < (j.priority, p.asked_at, p.job_id))::int as position
     from permits p join jobs j on j.id = p.job_id join permit_groups g on g.name = p.permit_group
     where p.job_id = any($1::text[]) and p.granted_at is null`,
    [jobIds],
  );
  return new Map(rows.map((row) => [row.jobId, row]));
}
