import type { DownloadItem, DownloadState } from '../../domain/acquisition/download.js';
import type { OpenDuty } from '../../domain/acquisition/seeding-duty.js';
import type { ProgressDetail } from '../../domain/jobs/progress.js';
import type { Database, Queryable } from '../database.js';
import { touchJob } from '../jobs.js';
import { DOWNLOAD_COLUMNS, type DownloadRow } from './downloads.js';

export interface PolledDownload extends DownloadRow {
  /** Its job or request is paused, or it is parked while another release is fetched: no byte of it shall move. */
  paused: boolean;
  /** What it still owes to its indexer, once its import is verified. */
  duty: OpenDuty | null;
  /** Whom it was fetched for, a request or its own job, has ended, and has had a minute to give it back. */
  ownerless: boolean;
}

/** What one client has of ours and has not given back. */
export async function openDownloads(db: Queryable, clientId: string): Promise<PolledDownload[]> {
  const { rows } = await db.query<PolledDownload>(
    `select ${DOWNLOAD_COLUMNS}, d.parked_at is not null and exists (select from downloads o where o.request_id = d.request_id and o.id <> d.id
           and o.removed_at is null and o.parked_at is null)
         or j.paused_at is not null and j.outcome_status is null or r.paused_at is not null and r.outcome_status is null as paused,
       case when s.download_id is null then null else jsonb_build_object('ratio', s.ratio, 'seconds', s.seconds,
         'seededSeconds', s.seeded_seconds) end as duty,
       s.download_id is null and coalesce(r.ended_at, case when j.outcome_status <> 'completed' then j.ended_at end) < now() - interval '1 minute'
         and coalesce(r.outcome_status, j.outcome_status) is not null as ownerless
     from downloads d join jobs j on j.id = d.job_id
       left join seeding_duties s on s.download_id = d.id and s.ended_at is null
       left join requests q on q.id = d.request_id left join jobs r on r.id = q.job_id
     where d.client_id = $1 and d.removed_at is null order by d.created_at`,
    [clientId],
  );
  return rows;
}

/** Told to the client next; written first, so that a lost answer cannot leave an item paused for ever. */
export async function recordWished(
  db: Queryable,
  { id, wished }: { id: string; wished: 'run' | 'pause' },
): Promise<void> {
  await db.query(`update downloads set wished = $2 where id = $1`, [id, wished]);
}

/** Where the client says that its files lie. */
export async function recordDirectory(
  db: Queryable,
  place: { id: string; directory: string; adopted: boolean; fault: string | null },
): Promise<void> {
  await db.query(`update downloads set directory = $2, adopted = $3, directory_fault = $4 where id = $1`, [
    place.id,
    place.directory,
    place.adopted,
    place.fault,
  ]);
}

/** Its client did not have it, and is asked for it now: what it has afterwards came by us. */
export async function recordBegun(db: Queryable, id: string): Promise<void> {
  await db.query(`update downloads set begun_at = coalesce(begun_at, now()) where id = $1`, [id]);
}

/** The add is known to have worked: the poller may judge it from now on. */
export async function recordAdded(
  tx: Queryable,
  { id, jobId }: { id: string; jobId: string },
): Promise<void> {
  await tx.query(
    `update downloads set state = 'queued', active = true, last_progress_at = now() where id = $1 and state = 'adding'`,
    [id],
  );
  // The poller rests while it has nothing to look at.
  await tx.query(`select pg_notify('longplay_downloads', $1)`, [id]);
  await touchJob(tx, jobId);
}

export interface PollResult {
  id: string;
  jobId: string;
  state: DownloadState;
  active: boolean;
  item: DownloadItem | undefined;
  /** Over restarts of the client. */
  uploadedBytes: number;
  pollFacts: unknown;
  progressed: boolean;
  /** What people see of it while it moves. */
  detail: ProgressDetail | null;
}

/** One poll's facts of one download; the job is touched only when something that people see has changed. */
export async function recordPoll(db: Database, poll: PollResult): Promise<void> {
  const { item } = poll;
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ changed: boolean }>(
      `with before as (select state, active, completed_bytes from downloads where id = $1)
       update downloads d set state = $2, active = $3, poll_facts = $4, polled_at = now(),
         total_bytes = coalesce($5, d.total_bytes), completed_bytes = coalesce($6, d.completed_bytes),
         uploaded_bytes = greatest(d.uploaded_bytes, coalesce($7, 0)), bytes_per_second = coalesce($8, 0), seeders = $9, fault = $10,
         last_progress_at = case when $11 then now() else d.last_progress_at end,
         completed_at = case when $2 in ('complete', 'seeding') then coalesce(d.completed_at, now()) else null end
       from before where d.id = $1 and d.removed_at is null
       returning (before.state <> d.state or before.active <> d.active or before.completed_bytes <> d.completed_bytes) as changed`,
      [
        poll.id,
        poll.state,
        poll.active,
        JSON.stringify(poll.pollFacts),
        item === undefined || item.totalBytes === 0 ? null : item.totalBytes,
        item?.completedBytes ?? null,
        poll.uploadedBytes,
        item?.downloadBytesPerSecond ?? null,
        item?.seeders ?? null,
        item?.fault === undefined ? null : JSON.stringify(item.fault),
        poll.progressed,
      ],
    );
    const told = await tx.query(
      `update jobs set progress_detail = $2 where id = $1 and $3 and progress_detail is distinct from $2::jsonb`,
      [poll.jobId, poll.detail === null ? null : JSON.stringify(poll.detail), rows.length > 0],
    );
    if (rows[0]?.changed === true || told.rowCount === 1) await touchJob(tx, poll.jobId);
  });
}

/** The job has been told of this state; it is not told again. */
export async function recordSignalled(db: Queryable, id: string, state: string): Promise<void> {
  await db.query(`update downloads set signalled_state = $2 where id = $1`, [id, state]);
}
