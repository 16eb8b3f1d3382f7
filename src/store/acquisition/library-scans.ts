import type { Queryable } from '../database.js';

/** One scan of a media server; `paths` null: of all. */
export interface LibraryScanRow {
  paths: string[] | null;
  items: number;
  missing: number;
}

/** The folders that open jobs want scanned in a library; '' for all of it. */
export async function askedScopes(db: Queryable, libraryId: string): Promise<string[]> {
  const { rows } = await db.query<{ path: string }>(
    `select distinct coalesce(params ->> 'path', '') as path from jobs
     where type = 'library_scan' and outcome_status is null and params ->> 'libraryId' = $1`,
    [libraryId],
  );
  return rows.map(({ path }) => path);
}

/** Finished scans that began after a job was made, newest first: what the job wants may have been seen by one. */
export async function scansSinceJob(
  db: Queryable,
  { libraryId, jobId }: { libraryId: string; jobId: string },
): Promise<LibraryScanRow[]> {
  const { rows } = await db.query<LibraryScanRow>(
    `select s.paths, s.items, s.missing from library_scans s join jobs j on j.id = $2
     where s.library_id = $1 and s.ended_at is not null and s.began_at > j.created_at order by s.began_at desc`,
    [libraryId, jobId],
  );
  return rows;
}

/** Folders whose scan was asked for a short while ago. */
export async function lastAsked(
  db: Queryable,
  { libraryId, withinMs }: { libraryId: string; withinMs: number },
): Promise<string[]> {
  const { rows } = await db.query<{ path: string }>(
    `select distinct unnest(paths) as path from library_scans
     where library_id = $1 and began_at > now() - $2 * interval '1 millisecond'`,
    [libraryId, withinMs],
  );
  return rows.map(({ path }) => path);
}

/** Once the server was asked, which began at `began`. What is older than a month is of no use any more. */
export async function beginScan(
  db: Queryable,
  { libraryId, paths, began }: { libraryId: string; paths: string[] | null; began: string },
): Promise<string> {
  await db.query(
    `delete from library_scans where library_id = $1 and began_at < now() - interval '30 days'`,
    [libraryId],
  );
  const { rows } = await db.query<{ id: string }>(
    `insert into library_scans (library_id, paths, began_at) values ($1, $2, $3::timestamptz) returning id`,
    [libraryId, paths, began],
  );
  return rows[0]?.id ?? '';
}

export async function endScan(
  db: Queryable,
  { id, items, missing }: { id: string; items: number; missing: number },
): Promise<void> {
  await db.query(`update library_scans set ended_at = now(), items = $2, missing = $3 where id = $1`, [
    id,
    items,
    missing,
  ]);
}
