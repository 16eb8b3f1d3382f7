import type { Queryable } from '../database.js';

/** Logical paths of the pictures that stand for a video; what was not made now stays as it was. */
export async function setPictures(
  db: Queryable,
  pictures: { videoId: string; thumbnail: string; poster: string | null; sprite: string | null },
): Promise<void> {
  await db.query(
    `update videos set thumbnail_path = $2, poster_path = coalesce($3, poster_path), sprite_path = coalesce($4, sprite_path)
     where id = $1`,
    [pictures.videoId, pictures.thumbnail, pictures.poster, pictures.sprite],
  );
}

export interface PictureOutcome<Result> {
  videoId: string;
  /** Of the content, and of what was asked for. */
  identity: string;
  wish: string;
  result: Result;
}

/** What the last job has made of this content for this wish; undefined where the last one made something else. */
export async function findPictureOutcome<Result>(
  db: Queryable,
  { videoId, identity, wish }: Omit<PictureOutcome<Result>, 'result'>,
): Promise<Result | undefined> {
  const sql = 'select result from picture_outcomes where video_id = $1 and identity = $2 and wish = $3';
  return (await db.query<{ result: Result }>(sql, [videoId, identity, wish])).rows[0]?.result;
}

/** The last one counts: all wishes for a video share the names of its pictures. */
export async function savePictureOutcome(
  db: Queryable,
  { videoId, identity, wish, result, jobId }: PictureOutcome<object> & { jobId: string },
): Promise<void> {
  await db.query(
    `insert into picture_outcomes (video_id, identity, wish, result, job_id) values ($1, $2, $3, $4, $5)
     on conflict (video_id) do update set identity = excluded.identity, wish = excluded.wish, result = excluded.result,
       job_id = excluded.job_id, created_at = now()`,
    [videoId, identity, wish, JSON.stringify(result), jobId],
  );
}
