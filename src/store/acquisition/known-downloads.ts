import type { Queryable } from '../database.js';
import { DOWNLOAD_COLUMNS, type DownloadRow } from './downloads.js';
import { OFFERED } from './parked-downloads.js';

/** Every download of ours, given back or not, that some items of a client may be: by their ids or their owners' tags. */
export async function knownDownloads(
  db: Queryable,
  { clientId, itemIds, owners }: { clientId: string; itemIds: readonly string[]; owners: readonly string[] },
): Promise<DownloadRow[]> {
  const { rows } = await db.query<DownloadRow>(
    `select ${DOWNLOAD_COLUMNS} from downloads d
     where d.client_id = $1 and (d.client_item_id = any($2) or d.id = any($3)) order by d.created_at`,
    [clientId, itemIds, owners],
  );
  return rows;
}

/** The poller follows it again, and gives it back properly where nobody waits for it. False when it is open already. */
export async function reopenDownload(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update downloads set removed_at = null, signalled_state = null, poll_facts = '{}'
     where id = $1 and removed_at is not null`,
    [id],
  );
  if (rowCount === 1) await lookAtDownload(db, id);
  return rowCount === 1;
}

/** The poller looks now, and not only at its next time. */
export async function lookAtDownload(db: Queryable, id: string): Promise<void> {
  await db.query(`select pg_notify('longplay_downloads', $1)`, [id]);
}

/**
 * What the poller has told is told once more where the job still waits for it: a run that began anew has heard nothing
 * (acquisition.md §8 no. 25). Returns how many.
 */
export async function tellDownloadsAgain(db: Queryable, clientId: string): Promise<number> {
  const { rowCount } = await db.query(
    `update downloads d set signalled_state = null from jobs j
     where j.outcome_status is null and d.client_id = $1 and d.removed_at is null and case
       when d.parked_at is null then j.id = d.job_id and d.signalled_state is not null
       else j.id = (select r.job_id from requests r where r.id = d.request_id) and d.signalled_state = $2 end`,
    [clientId, OFFERED],
  );
  return rowCount ?? 0;
}

/** Which of these folders a download is in that was not given back. */
export async function usedDirectories(db: Queryable, directories: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ directory: string }>(
    'select distinct directory from downloads where directory = any($1) and removed_at is null',
    [directories],
  );
  return new Set(rows.map(({ directory }) => directory));
}
