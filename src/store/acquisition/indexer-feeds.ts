import type { FeedMemory } from '../../domain/acquisition/feed-reading.js';
import type { Queryable } from '../database.js';

/** How far the list of what an indexer has new was read; undefined before the first reading. */
export async function findFeed(db: Queryable, indexerId: string): Promise<FeedMemory | undefined> {
  const { rows } = await db.query<Omit<FeedMemory, 'newestAt'> & { newestAt: Date | null }>(
    `select newest_guid as "newestGuid", newest_at as "newestAt", seen from indexer_feeds where indexer_id = $1`,
    [indexerId],
  );
  const [row] = rows;
  return row === undefined ? undefined : { ...row, newestAt: row.newestAt?.getTime() ?? null };
}

/** Nothing is written for an indexer that was removed meanwhile. */
export async function saveFeed(db: Queryable, indexerId: string, feed: FeedMemory): Promise<void> {
  await db.query(
    `insert into indexer_feeds (indexer_id, newest_guid, newest_at, seen)
     select id, $2, $3, $4 from indexers where id = $1
     on conflict (indexer_id) do update set newest_guid = $2, newest_at = $3, seen = $4, read_at = now()`,
    [indexerId, feed.newestGuid, feed.newestAt === null ? null : new Date(feed.newestAt), feed.seen],
  );
}

/** False where a gap of any indexer was told less than `hours` ago: searching for everybody has its limit. */
export async function recordGap(
  db: Queryable,
  { indexerIds, hours }: { indexerIds: readonly string[]; hours: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update indexer_feeds set gap_at = now() where indexer_id = any($1)
       and not exists (select from indexer_feeds where gap_at > now() - $2 * interval '1 hour')`,
    [indexerIds, hours],
  );
  return rowCount !== null && rowCount > 0;
}
