import type { FoundFile } from '../../domain/media/diff-scan.js';
import { violatedUnique, type Database, type Queryable } from '../database.js';

/** What a move needs to know of a row. */
export interface VideoToMove {
  root: string;
  /** Relative to the root. */
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  headTailHash: string | null;
}

export async function findVideoToMove(db: Queryable, id: string): Promise<VideoToMove | undefined> {
  const { rows } = await db.query<VideoToMove>(
    `select root, path, size_bytes as "sizeBytes", modified_ms as "modifiedMs", head_tail_hash as "headTailHash"
     from videos where id = $1`,
    [id],
  );
  return rows[0];
}

/** A video's new place, and what the file there is known by. */
export interface MovedVideoFile extends FoundFile {
  id: string;
  root: string;
  filename: string;
  title: string;
  words: string;
  headTailHash: string;
}

/** A scan may write the row of the new place between our look and our write. */
const LOOKS = 5;

/**
 * The row of a moved video, which keeps its id. A row of the same content at the new place, which a scan has written
 * meanwhile, becomes part of it; the row of a replaced file goes where the file went, as missing, or away with it.
 * @param replacedTo - path of the replaced file in the recycle bin, below the same root; null where it is in none.
 * @returns false where there is no row of this id any more.
 */
export async function recordMove(
  db: Database,
  to: MovedVideoFile,
  { replacedTo }: { replacedTo: string | null },
): Promise<boolean> {
  for (let look = 1; ; look += 1) {
    try {
      return await db.transaction(async (tx) => {
        await clearPlace(tx, to, replacedTo);
        return update(tx, to);
      });
    } catch (error) {
      if (look === LOOKS || violatedUnique(error) !== 'videos_root_path_key') throw error;
    }
  }
}

async function clearPlace(tx: Queryable, to: MovedVideoFile, replacedTo: string | null): Promise<void> {
  const { rows } = await tx.query<{ id: string; isTwin: boolean }>(
    `select id, size_bytes = $4 and head_tail_hash is not distinct from $5 as "isTwin" from videos
     where root = $1 and path = $2 and id <> $3 for update`,
    [to.root, to.path, to.id, to.sizeBytes, to.headTailHash],
  );
  const [other] = rows;
  if (other === undefined) return;
  if (!other.isTwin && replacedTo !== null) {
    await tx.query(
      'update videos set path = $2, missing_since = coalesce(missing_since, now()), unseen_in = null where id = $1',
      [other.id, replacedTo],
    );
    return;
  }
  if (other.isTwin) await inherit(tx, { from: other.id, by: to.id });
  await tx.query('delete from videos where id = $1', [other.id]);
}

/** What was made of the same content elsewhere is of use here too. */
async function inherit(tx: Queryable, { from, by }: { from: string; by: string }): Promise<void> {
  await tx.query('update videos set derived_from = $2 where derived_from = $1 and id <> $2', [from, by]);
  await tx.query(
    `update videos v set thumbnail_path = coalesce(v.thumbnail_path, o.thumbnail_path),
       poster_path = coalesce(v.poster_path, o.poster_path), sprite_path = coalesce(v.sprite_path, o.sprite_path),
       made_by = coalesce(v.made_by, o.made_by), made_at = coalesce(v.made_at, o.made_at),
       reencode_job_id = coalesce(v.reencode_job_id, o.reencode_job_id)
     from videos o where v.id = $2 and o.id = $1`,
    [from, by],
  );
}

/** Another content than the row's: the next scan looks inside. Only the gallery's videos are proposed for an encode. */
async function update(tx: Queryable, to: MovedVideoFile): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update videos set root = $2, path = $3, filename = $4, title = $5, words = $6, size_bytes = $7, modified_ms = $8,
       device = $9, inode = $10, head_tail_hash = $11, missing_since = null, unseen_in = null,
       probed_at = case when head_tail_hash is null or head_tail_hash = $11 then probed_at end,
       verdict = case when verdict is null or head_tail_hash = $11 then verdict else 'outdated' end,
       reencode_proposed_at = case when root = $2 then reencode_proposed_at end
     where id = $1`,
    [
      ...[to.id, to.root, to.path, to.filename, to.title, to.words, to.sizeBytes, to.modifiedMs],
      ...[to.device, to.inode, to.headTailHash],
    ],
  );
  return rowCount === 1;
}

/** Where a job has put, or was about to put, a file that it replaced: logical paths; undefined where it replaced none. */
export async function findReplaced(
  db: Queryable,
  { jobId, fromPath }: { jobId: string; fromPath: string },
): Promise<{ id: string; binPath: string } | undefined> {
  const { rows } = await db.query<{ id: string; binPath: string }>(
    `select id, bin_path as "binPath" from recycled_files
     where job_id = $1 and from_path = $2 and why = 'replaced' and restored_at is null and expired_at is null`,
    [jobId, fromPath],
  );
  return rows[0];
}

/** Places that bear a mark among these: logical paths. */
export async function markedPlaces(db: Queryable, places: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ place: string }>(
    'select place from root_markers where place = any($1) order by place',
    [places],
  );
  return rows.map(({ place }) => place);
}
