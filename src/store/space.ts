import type { Queryable } from './database.js';

/** One check of room after the other: two at once must not both count the same free bytes. */
const SPACE_LOCK = 4_100_031;

export async function lockSpace(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [SPACE_LOCK]);
}

/** What is still to be written below a logical path. */
export interface SpaceNeed {
  place: string;
  bytes: number;
}

/** What open jobs have still to write, each place once; `except`: a job whose own reservation is not meant. */
export async function reservedSpace(
  db: Queryable,
  { except }: { except?: string } = {},
): Promise<SpaceNeed[]> {
  const { rows } = await db.query<SpaceNeed>(
    `select s.place, sum(s.bytes)::bigint as bytes from space_reservations s
     join jobs j on j.id = s.job_id and j.outcome_status is null
     where s.job_id <> $1 group by s.place order by s.place`,
    [except ?? ''],
  );
  return rows;
}

/** In place of all that the job had reserved before; no needs give it all back. */
export async function reserveSpace(tx: Queryable, jobId: string, needs: readonly SpaceNeed[]): Promise<void> {
  const places = needs.map(({ place }) => place);
  await tx.query('delete from space_reservations where job_id = $1 and place <> all($2::text[])', [
    jobId,
    places,
  ]);
  await tx.query(
    // A step that outlives its job's row keeps nothing from anybody.
    `insert into space_reservations (job_id, place, bytes)
     select j.id, need.place, need.bytes from jobs j, unnest($2::text[], $3::bigint[]) need (place, bytes) where j.id = $1
     on conflict (job_id, place) do update set bytes = excluded.bytes, reserved_at = now()`,
    [jobId, places, needs.map(({ bytes }) => bytes)],
  );
}
