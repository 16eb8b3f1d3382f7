import type { PlaybackResult } from '../../domain/media/playback-work.js';
import type { Queryable } from '../database.js';

/** Of which video the file at a path was made; undefined where no row knows the path, null where it was made of none. */
export async function madeOf(
  db: Queryable,
  { root, path }: { root: string; path: string },
): Promise<string | null | undefined> {
  const sql = 'select derived_from as "derivedFrom" from videos where root = $1 and path = $2';
  return (await db.query<{ derivedFrom: string | null }>(sql, [root, path])).rows[0]?.derivedFrom;
}

/** Of all steps of a job. */
export async function checkpointsOf(db: Queryable, jobId: string): Promise<unknown[]> {
  const sql = 'select checkpoint from job_steps where job_id = $1 and checkpoint is not null';
  return (await db.query<{ checkpoint: unknown }>(sql, [jobId])).rows.map(({ checkpoint }) => checkpoint);
}

export interface OutcomeKey {
  identity: string;
  profile: string;
}

export async function findOutcome(
  db: Queryable,
  { identity, profile }: OutcomeKey,
): Promise<PlaybackResult | undefined> {
  const sql = 'select result from media_outcomes where identity = $1 and profile = $2';
  return (await db.query<{ result: PlaybackResult }>(sql, [identity, profile])).rows[0]?.result;
}

/** The last one counts. */
export async function saveOutcome(
  db: Queryable,
  { identity, profile, result, jobId }: OutcomeKey & { result: PlaybackResult; jobId: string },
): Promise<void> {
  await db.query(
    `insert into media_outcomes (identity, profile, outcome, result, job_id) values ($1, $2, $3, $4, $5)
     on conflict (identity, profile) do update
       set outcome = excluded.outcome, result = excluded.result, job_id = excluded.job_id, created_at = now()`,
    [identity, profile, result.outcome, JSON.stringify(result), jobId],
  );
}

/** The row of a file that was made is told of what, and the original which job made it. */
export async function linkPlayback(
  db: Queryable,
  made: { root: string; path: string; videoId: string; jobId: string },
): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    'update videos set derived_from = $3, made_by = $4, made_at = now() where root = $1 and path = $2 returning id',
    [made.root, made.path, made.videoId, made.jobId],
  );
  await db.query('update videos set reencode_job_id = $2, reencode_proposed_at = null where id = $1', [
    made.videoId,
    made.jobId,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error('the row of the file that was made is gone');
  return row.id;
}
