import { parseLogicalPath } from '../../domain/logical-path.js';
import { pathsBelow } from '../../domain/media/path-order.js';
import type { Queryable } from '../database.js';

const MARKER_LOCK = 4_100_014;

/** One process at a time marks a root; held until the transaction ends. */
export async function lockMarkers(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [MARKER_LOCK]);
}

/** The id that the root at a logical path has to bear; undefined while it was never seen. */
export async function findRootMarker(db: Queryable, place: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    'select marker_id as id from root_markers where place = $1',
    [place],
  );
  return rows[0]?.id;
}

export async function recordRootMarker(
  db: Queryable,
  { place, id }: { place: string; id: string },
): Promise<void> {
  await db.query(
    `insert into root_markers (place, marker_id) values ($1, $2)
     on conflict (place) do update set marker_id = $2, marked_at = now()`,
    [place, id],
  );
}

/**
 * Whether a library below this root has shown anything that is not known to be missing, videos too, or downloads have
 * begun there.
 */
export async function holdsItems(db: Queryable, place: string): Promise<boolean> {
  const { root, relative } = parseLogicalPath(place);
  const { after, before } = pathsBelow(relative);
  const { rowCount } = await db.query(
    `select from library_items i join libraries l on l.id = i.library_id
     where l.root = $1 and i.missing_since is null
     union all select from downloads d
     where d.removed_at is null and d.completed_bytes > 0 and split_part(d.directory, ':', 1) || ':' = $1
     union all select from videos v
     where v.root = $2 and v.path > $3 and ($4::text is null or v.path < $4) and v.missing_since is null limit 1`,
    [place, root, after, before],
  );
  return rowCount === 1;
}
