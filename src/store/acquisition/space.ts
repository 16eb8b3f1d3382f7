import type { Queryable } from '../database.js';

/**
 * Bytes that downloads which are not whole yet have still to write; two owners of one item write it once. The rows
 * are the reservations: they begin with the intent, and end with the download (acquisition.md §5.6).
 */
export async function missingBytes(db: Queryable, { except }: { except?: string } = {}): Promise<number> {
  const { rows } = await db.query<{ bytes: number }>(
    `select coalesce(sum(missing), 0)::bigint as bytes from (
       select max(greatest(total_bytes - completed_bytes, 0)) as missing from downloads
       where removed_at is null and completed_at is null and parked_at is null and id <> $1
       group by client_id, client_item_id) items`,
    [except ?? ''],
  );
  return rows[0]?.bytes ?? 0;
}

/** `library:` holds all of its root; `library:Books` is no part of `library:Books2`. */
function below(column: string, root: string): string {
  return `starts_with(${column}, case when right(${root}, 1) = ':' then ${root} else ${root} || '/' end)`;
}

/** How the last import below this logical path placed its media; undefined: there was none. */
export async function lastPlaceMode(db: Queryable, root: string): Promise<string | undefined> {
  const { rows } = await db.query<{ mode: string }>(
    `select file->>'mode' as mode from imports, jsonb_array_elements(manifest->'files') file
     where committed_at is not null and ${below('target', '$1::text')} and file->>'mode' in ('hardlink', 'reflink', 'copy')
       and file->>'durationSeconds' is not null
     order by committed_at desc limit 1`,
    [root],
  );
  return rows[0]?.mode;
}

/** What each indexer has let us fetch within 24 hours, and when the oldest of it is a day old. */
export async function grabsByIndexer(db: Queryable): Promise<Map<string, { used: number; oldestAt: Date }>> {
  const { rows } = await db.query<{ indexerId: string; used: number; oldestAt: Date }>(
    `select indexer_id as "indexerId", count(*) as used, min(created_at) as "oldestAt" from downloads
     where created_at > now() - interval '24 hours' and indexer_id is not null group by indexer_id`,
  );
  return new Map(rows.map(({ indexerId, ...grabs }) => [indexerId, grabs]));
}

/** Somebody fetches this torrent already, or has it: nobody writes it twice. */
export async function isInClient(db: Queryable, infoHash: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from downloads where info_hash = $1 and removed_at is null and parked_at is null limit 1`,
    [infoHash.toLowerCase()],
  );
  return rowCount === 1;
}

/** Downloads of each client that are not complete yet. */
export async function openByClient(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ clientId: string; open: number }>(
    `select client_id as "clientId", count(*) as open from downloads
     where removed_at is null and completed_at is null and parked_at is null group by client_id`,
  );
  return new Map(rows.map(({ clientId, open }) => [clientId, open]));
}

/** Bytes of media that imports below a logical path have still to place, of those planned before this job's. */
export async function plannedBytes(
  db: Queryable,
  { jobId, root }: { jobId: string; root: string },
): Promise<number> {
  const { rows } = await db.query<{ bytes: number }>(
    `select coalesce(sum((file->>'sizeBytes')::bigint), 0)::bigint as bytes
     from imports i join jobs j on j.id = i.job_id and j.outcome_status is null,
       jsonb_array_elements(i.manifest->'plan'->'media') file
     where i.committed_at is null and i.undone_at is null and ${below('i.target', '$2::text')}
       and (i.planned_at, i.job_id) < (select planned_at, job_id from imports where job_id = $1)`,
    [jobId, root],
  );
  return rows[0]?.bytes ?? 0;
}
