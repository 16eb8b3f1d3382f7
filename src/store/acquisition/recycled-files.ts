import type { RecycleReason } from '../../domain/acquisition/recycle.js';
import type { Queryable } from '../database.js';

export interface RecycledRow {
  id: string;
  libraryId: string;
  /** The library's root at that time; a logical path, as are the next two. */
  root: string;
  fromPath: string;
  binPath: string;
  bytes: number;
  why: RecycleReason;
  jobId: string | null;
  askedAt: Date;
  recycledAt: Date | null;
  restoringAt: Date | null;
  restoredAt: Date | null;
  expiredAt: Date | null;
}

const COLUMNS = `id, library_id as "libraryId", root, from_path as "fromPath", bin_path as "binPath", bytes, why, job_id as "jobId",
  asked_at as "askedAt", recycled_at as "recycledAt", restoring_at as "restoringAt", restored_at as "restoredAt", expired_at as "expiredAt"`;

const IN_BIN = 'recycled_at is not null and restored_at is null and expired_at is null';

/** Before the file moves. A repeat of the same job gets the row that is there. */
export async function planRecycled(
  db: Queryable,
  row: Pick<RecycledRow, 'id' | 'libraryId' | 'root' | 'fromPath' | 'binPath' | 'bytes' | 'why'> & {
    jobId: string;
  },
): Promise<RecycledRow> {
  await db.query(
    `insert into recycled_files (id, library_id, root, from_path, bin_path, bytes, why, job_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (job_id, from_path) where restored_at is null and expired_at is null do nothing`,
    [row.id, row.libraryId, row.root, row.fromPath, row.binPath, row.bytes, row.why, row.jobId],
  );
  const { rows } = await db.query<RecycledRow>(
    `select ${COLUMNS} from recycled_files where job_id = $1 and from_path = $2 and restored_at is null and expired_at is null`,
    [row.jobId, row.fromPath],
  );
  const [planned] = rows;
  if (planned === undefined) throw new Error(`The row of ${row.fromPath} went away while it was written`);
  return planned;
}

export async function recordRecycled(db: Queryable, id: string): Promise<void> {
  await db.query('update recycled_files set recycled_at = coalesce(recycled_at, now()) where id = $1', [id]);
}

/** Nothing was moved: there is nothing to tell. */
export async function forgetRecycled(db: Queryable, id: string): Promise<void> {
  await db.query('delete from recycled_files where id = $1 and recycled_at is null', [id]);
}

/** What has left the bin is told for 90 days, as long as failed jobs are. */
export async function forgetOldRecycled(db: Queryable): Promise<void> {
  await db.query(
    `delete from recycled_files where coalesce(restored_at, expired_at) < now() - interval '90 days'`,
  );
}

/** False when it is in the bin no more. */
export async function recordRestoring(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update recycled_files set restoring_at = coalesce(restoring_at, now()) where id = $1 and ${IN_BIN}`,
    [id],
  );
  return rowCount === 1;
}

export async function recordRestored(db: Queryable, id: string): Promise<void> {
  await db.query('update recycled_files set restored_at = coalesce(restored_at, now()) where id = $1', [id]);
}

export async function recordExpired(db: Queryable, id: string): Promise<void> {
  await db.query(`update recycled_files set expired_at = now() where id = $1 and ${IN_BIN}`, [id]);
}

/** Moves whose end nobody has told for an hour: their job was killed and is not tried again. */
export async function openMoves(db: Queryable): Promise<RecycledRow[]> {
  const { rows } = await db.query<RecycledRow>(
    `select ${COLUMNS} from recycled_files where recycled_at is null and asked_at < now() - interval '1 hour' order by id limit 1000`,
  );
  return rows;
}

/** The roots of which something is due, one by one: one whose disk is away must not hold up the others. */
export async function dueRoots(
  db: Queryable,
  { days, libraryId }: { days: number; libraryId: string | undefined },
): Promise<{ libraryId: string; root: string }[]> {
  const { rows } = await db.query<{ libraryId: string; root: string }>(
    `select distinct library_id as "libraryId", root from recycled_files
     where ${IN_BIN} and recycled_at <= now() - $1 * interval '1 day' and ($2::text is null or library_id = $2) order by 1, 2`,
    [days, libraryId ?? null],
  );
  return rows;
}

export async function dueFiles(
  db: Queryable,
  { days, root, after }: { days: number; root: string; after: string },
): Promise<RecycledRow[]> {
  const { rows } = await db.query<RecycledRow>(
    `select ${COLUMNS} from recycled_files where ${IN_BIN} and root = $2 and recycled_at <= now() - $1 * interval '1 day' and id > $3
     order by id limit 500`,
    [days, root, after],
  );
  return rows;
}

export interface RecycledFilter {
  libraryId?: string | undefined;
  jobId?: string | undefined;
  /** Also what was restored or has expired. */
  all: boolean;
  /** A place in the list: older ones only. */
  before?: { createdAt: string; id: string } | undefined;
  limit: number;
}

/** The newest first; what is only begun is not listed. */
export async function listRecycled(db: Queryable, filter: RecycledFilter): Promise<RecycledRow[]> {
  const { rows } = await db.query<RecycledRow>(
    `select ${COLUMNS} from recycled_files
     where recycled_at is not null and ($1 or restored_at is null and expired_at is null)
       and ($2::text is null or library_id = $2) and ($3::text is null or job_id = $3)
       and ($4::timestamptz is null or (date_trunc('milliseconds', asked_at), id) < ($4, $5))
     order by date_trunc('milliseconds', asked_at) desc, id desc limit $6`,
    [
      filter.all,
      filter.libraryId ?? null,
      filter.jobId ?? null,
      filter.before?.createdAt ?? null,
      filter.before?.id ?? null,
      filter.limit,
    ],
  );
  return rows;
}

export async function findRecycled(db: Queryable, id: string): Promise<RecycledRow | undefined> {
  const { rows } = await db.query<RecycledRow>(`select ${COLUMNS} from recycled_files where id = $1`, [id]);
  return rows[0];
}
