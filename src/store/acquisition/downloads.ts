import type { DownloadItem, DownloadState } from '../../domain/acquisition/download.js';
import type { Protocol } from '../../domain/acquisition/release.js';
import { RELEASE_FAILURES } from '../../domain/acquisition/grab-failure.js';
import type { Database, Queryable } from '../database.js';
import { touchJob } from '../jobs.js';

export interface DownloadRow {
  id: string;
  jobId: string;
  /** The round of its job that planned it last. */
  round: number;
  requestId: string | null;
  clientId: string;
  clientItemId: string;
  protocol: Protocol;
  infoHash: string | null;
  releaseTitle: string;
  indexerId: string | null;
  guid: string | null;
  /** Logical path of the directory in which its files lie. */
  directory: string;
  /** Its client had no such item, and was asked for it. */
  begunAt: Date | null;
  /** The client says that they lie where no path mapping leads. */
  directoryFault: string | null;
  /** Somebody else has put it into the client: its data is not ours to delete. */
  adopted: boolean;
  /** What we have last asked its client for. */
  wished: 'run' | 'pause' | 'remove';
  minimumRatio: number | null;
  minimumSeedSeconds: number | null;
  /** It stalled and its job has ended; it goes on in its client while no other release of its request is fetched. */
  parkedAt: Date | null;
  state: DownloadState;
  active: boolean;
  totalBytes: number;
  completedBytes: number;
  uploadedBytes: number;
  bytesPerSecond: number;
  seeders: number | null;
  fault: DownloadItem['fault'] | null;
  /** What the poller remembers between polls (stall clock, seen counts). */
  pollFacts: unknown;
  lastProgressAt: Date | null;
  polledAt: Date | null;
  signalledState: string | null;
  createdAt: Date;
  completedAt: Date | null;
  removedAt: Date | null;
}

export const DOWNLOAD_COLUMNS = `d.id, d.job_id as "jobId", d.round, d.request_id as "requestId", d.client_id as "clientId",
  d.client_item_id as "clientItemId", d.protocol, d.info_hash as "infoHash", d.release_title as "releaseTitle",
  d.indexer_id as "indexerId", d.guid, d.directory, d.begun_at as "begunAt", d.directory_fault as "directoryFault", d.adopted, d.wished,
  d.minimum_ratio as "minimumRatio", d.minimum_seed_seconds as "minimumSeedSeconds",
  d.parked_at as "parkedAt", d.state, d.active, d.total_bytes as "totalBytes",
  d.completed_bytes as "completedBytes", d.uploaded_bytes as "uploadedBytes",
  d.bytes_per_second as "bytesPerSecond", d.seeders, d.fault, d.poll_facts as "pollFacts",
  d.last_progress_at as "lastProgressAt", d.polled_at as "polledAt", d.signalled_state as "signalledState",
  d.created_at as "createdAt", d.completed_at as "completedAt", d.removed_at as "removedAt"`;

export interface PlannedDownload {
  id: string;
  jobId: string;
  round: number;
  requestId: string | null;
  clientId: string;
  clientItemId: string;
  protocol: Protocol;
  infoHash: string | null;
  releaseTitle: string;
  indexerId: string;
  guid: string;
  directory: string;
  content: StoredContent;
  totalBytes: number;
  /** What the indexer states of this release. */
  minimumRatio: number | null;
  minimumSeedSeconds: number | null;
}

/** What was handed over, as it is kept: a torrent's or NZB's bytes, a magnet's text, or a list of files as JSON. */
export interface StoredContent {
  kind: 'torrent' | 'magnet' | 'nzb' | 'files';
  bytes: Uint8Array;
}

/** The intent, before the client hears of it: whatever happens to the add, its id is known (acquisition.md §3.8). */
export async function planDownload(db: Queryable, plan: PlannedDownload): Promise<void> {
  await db.query(
    `insert into downloads (id, job_id, request_id, client_id, client_item_id, info_hash, release_title, indexer_id, guid,
       directory, content, total_bytes, round, content_kind, protocol, minimum_ratio, minimum_seed_seconds)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     on conflict (job_id) do update set client_id = $4, client_item_id = $5, info_hash = $6, directory = $10, content = $11,
       round = $13, content_kind = $14, protocol = $15, minimum_ratio = $16, minimum_seed_seconds = $17, state = 'adding', active = false, removed_at = null, completed_at = null, signalled_state = null, poll_facts = '{}',
       fault = null, adopted = false, begun_at = null, directory_fault = null, parked_at = null, wished = 'run'`,
    [
      plan.id,
      plan.jobId,
      plan.requestId,
      plan.clientId,
      plan.clientItemId,
      plan.infoHash,
      plan.releaseTitle,
      plan.indexerId,
      plan.guid,
      plan.directory,
      Buffer.from(plan.content.bytes),
      plan.totalBytes,
      plan.round,
      plan.content.kind,
      plan.protocol,
      plan.minimumRatio,
      plan.minimumSeedSeconds,
    ],
  );
}

export async function findDownload(db: Queryable, id: string): Promise<DownloadRow | undefined> {
  const { rows } = await db.query<DownloadRow>(
    `select ${DOWNLOAD_COLUMNS} from downloads d where d.id = $1`,
    [id],
  );
  return rows[0];
}

export async function findDownloadByJob(db: Queryable, jobId: string): Promise<DownloadRow | undefined> {
  const { rows } = await db.query<DownloadRow>(
    `select ${DOWNLOAD_COLUMNS} from downloads d where d.job_id = $1`,
    [jobId],
  );
  return rows[0];
}

export async function contentOf(db: Queryable, id: string): Promise<StoredContent | undefined> {
  const { rows } = await db.query<{ kind: StoredContent['kind']; bytes: Buffer | null }>(
    `select content_kind as kind, content as bytes from downloads where id = $1`,
    [id],
  );
  const [row] = rows;
  return row === undefined || row.bytes === null ? undefined : { kind: row.kind, bytes: row.bytes };
}

/** Its job failed before it was complete, by no fault of the release: it may be tried again ($2: what would be one). */
const BLAMELESS = `exists (select from jobs j where j.id = d.job_id and j.outcome_status = 'failed'
  and d.completed_at is null and not (j.error ->> 'kind' = any ($2::text[])))`;

/** Of this round of its request, or what says something in every round. */
const COUNTS = `not ${BLAMELESS} and (d.skipped_at is not null or d.parked_at is not null
  or d.created_at >= (select r.opened_at from requests r where r.id = d.request_id))`;

/** Info hashes and guids that this request has fetched already: never grabbed twice (acquisition.md §8 no. 5). */
export async function grabbedBy(
  db: Queryable,
  requestId: string,
): Promise<{ infoHash: string | null; indexerId: string; guid: string }[]> {
  const { rows } = await db.query<{ infoHash: string | null; indexerId: string; guid: string }>(
    `select info_hash as "infoHash", coalesce(indexer_id, '') as "indexerId", coalesce(guid, '') as guid
     from downloads d where request_id = $1 and (parked_at is null or parked_at > now() - interval '24 hours')
       and ${COUNTS}`,
    [requestId, RELEASE_FAILURES],
  );
  return rows;
}

/** Downloads that count as a try of their release. */
export async function triesOfRequest(db: Queryable, requestId: string): Promise<DownloadRow[]> {
  const { rows } = await db.query<DownloadRow>(
    `select ${DOWNLOAD_COLUMNS} from downloads d where d.request_id = $1 and ${COUNTS} order by d.created_at`,
    [requestId, RELEASE_FAILURES],
  );
  return rows;
}

export async function downloadsOfRequest(db: Queryable, requestId: string): Promise<DownloadRow[]> {
  const { rows } = await db.query<DownloadRow>(
    `select ${DOWNLOAD_COLUMNS} from downloads d where d.request_id = $1 order by d.created_at`,
    [requestId],
  );
  return rows;
}

/** What a request has in clients still and no duty keeps there: what stalled, and what it is fetching. */
export async function openDownloadsOfRequest(db: Queryable, requestId: string): Promise<DownloadRow[]> {
  const { rows } = await db.query<DownloadRow>(
    `select ${DOWNLOAD_COLUMNS} from downloads d where d.request_id = $1 and d.removed_at is null
       and not exists (select from seeding_duties s where s.download_id = d.id and s.ended_at is null)
     order by d.created_at`,
    [requestId],
  );
  return rows;
}

/**
 * Runs `work` while nobody else makes this download come or go in its client: an add that is late must not follow a
 * removal, and of two owners of one item the last must know that it is. `download` is read under the locks.
 */
export async function holdingDownload<Result>(
  db: Database,
  id: string,
  work: (download: DownloadRow | undefined, tx: Queryable) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (tx) => {
    await lock(tx, `download ${id}`);
    const download = await findDownload(tx, id);
    if (download === undefined) return work(undefined, tx);
    await lock(tx, `item ${download.clientId} ${download.clientItemId}`);
    return work(await findDownload(tx, id), tx);
  });
}

async function lock(tx: Queryable, what: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [what]);
}

/** Another download that has the same item of the same client and has not given it back. */
export async function coOwner(
  db: Queryable,
  { id, clientId, clientItemId }: Pick<DownloadRow, 'id' | 'clientId' | 'clientItemId'>,
): Promise<DownloadRow | undefined> {
  const { rows } = await db.query<DownloadRow>(
    `select ${DOWNLOAD_COLUMNS} from downloads d where d.client_id = $1 and d.client_item_id = $2 and d.id <> $3
       and d.removed_at is null order by d.created_at limit 1`,
    [clientId, clientItemId, id],
  );
  return rows[0];
}

/** Its client says that it is not whole any more. */
export async function recordUnfinished(db: Queryable, id: string): Promise<void> {
  await db.query(`update downloads set completed_at = null where id = $1`, [id]);
}

/** Its job has ended as stalled; the client keeps it. */
export async function parkDownload(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update downloads set parked_at = coalesce(parked_at, now()), active = false where id = $1`,
    [id],
  );
  await db.query(`select pg_notify('longplay_downloads', $1)`, [id]);
}

/** Somebody wants another release, in later rounds too. */
export async function skipDownload(db: Queryable, id: string): Promise<void> {
  await db.query(`update downloads set skipped_at = coalesce(skipped_at, now()) where id = $1`, [id]);
}

/**
 * The same release, fetched for the same request by a job that has done its part, becomes this job's: what is there of it is
 * there still. What is only seeded on is another matter, and what a failed or cancelled job had is given back. A repeat
 * whose answer was lost gets the same one.
 */
export async function takeOver(
  db: Queryable,
  take: {
    jobId: string;
    round: number;
    requestId: string | undefined;
    indexerId: string;
    guid: string;
    infoHash: string | null;
  },
): Promise<string | undefined> {
  if (take.requestId === undefined) return undefined;
  const { rows } = await db.query<{ id: string }>(
    `update downloads set job_id = $1, round = $2, parked_at = null, signalled_state = null, poll_facts = '{}'
     where id = (select d.id from downloads d join jobs j on j.id = d.job_id
       where d.request_id = $3 and d.removed_at is null and (j.outcome_status = 'completed' or (d.job_id = $1 and d.round = $2))
         and (d.info_hash = lower($6) or (d.indexer_id = $4 and d.guid = $5))
         and not exists (select from seeding_duties s where s.download_id = d.id and s.ended_at is null)
       order by d.created_at desc limit 1)
     returning id`,
    [take.jobId, take.round, take.requestId, take.indexerId, take.guid, take.infoHash],
  );
  return rows[0]?.id;
}

/** Nothing of it is left in the client. */
export async function recordRemoved(
  tx: Queryable,
  { id, jobId }: { id: string; jobId: string },
): Promise<void> {
  await tx.query(
    `with ended as (update seeding_duties set ended_at = coalesce(ended_at, now()) where download_id = $1)
     update downloads set active = false, removed_at = coalesce(removed_at, now()), content = null where id = $1`,
    [id],
  );
  await touchJob(tx, jobId);
}
