import type { Queryable } from '../database.js';

/** The picture that stands for a video in lists, by its logical path. */
export async function setThumbnail(
  db: Queryable,
  { videoId, path }: { videoId: string; path: string },
): Promise<void> {
  await db.query('update videos set thumbnail_path = $2 where id = $1', [videoId, path]);
}
