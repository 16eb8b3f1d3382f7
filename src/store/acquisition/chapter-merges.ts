import type { Queryable } from '../database.js';
import type { ManifestFile } from './imports.js';

export interface ChapterMergeRow {
  jobId: string;
  libraryId: string;
  /** The library's, a logical path. */
  root: string;
  /** The book's, a logical path. */
  folder: string;
  plan: unknown;
  /** Absent until a merged file was verified. */
  merged: unknown;
  published: boolean;
  finished: boolean;
}

const COLUMNS = `job_id as "jobId", library_id as "libraryId", root, folder, plan, merged,
  published_at is not null as published, finished_at is not null as finished`;

/** Decided once; a repeat keeps what stands. `merged`: what a merge that was killed has made already. */
export async function planMerge(
  db: Queryable,
  row: Pick<ChapterMergeRow, 'jobId' | 'libraryId' | 'root' | 'folder' | 'plan'> & { merged?: unknown },
): Promise<void> {
  await db.query(
    `insert into chapter_merges (job_id, library_id, root, folder, plan, merged) values ($1, $2, $3, $4, $5, $6)
     on conflict (job_id) do nothing`,
    [
      row.jobId,
      row.libraryId,
      row.root,
      row.folder,
      JSON.stringify(row.plan),
      row.merged == null ? null : JSON.stringify(row.merged),
    ],
  );
}

export async function findMerge(db: Queryable, jobId: string): Promise<ChapterMergeRow | undefined> {
  const { rows } = await db.query<ChapterMergeRow>(
    `select ${COLUMNS} from chapter_merges where job_id = $1`,
    [jobId],
  );
  return rows[0];
}

/** A merge of this folder that ended between its merged file and the last of the old ones. */
export async function findUnfinishedMerge(
  db: Queryable,
  { folder, jobId }: { folder: string; jobId: string },
): Promise<ChapterMergeRow | undefined> {
  const { rows } = await db.query<ChapterMergeRow>(
    `select ${COLUMNS} from chapter_merges m
     where folder = $1 and job_id <> $2 and merged is not null and finished_at is null
       and exists (select from jobs j where j.id = m.job_id and j.outcome_status is not null)
     order by planned_at desc limit 1`,
    [folder, jobId],
  );
  return rows[0];
}

/** Before the file is visible: a repeat knows it by this. */
export async function recordMerged(
  db: Queryable,
  { jobId, merged }: { jobId: string; merged: object },
): Promise<void> {
  await db.query('update chapter_merges set merged = $2 where job_id = $1', [jobId, JSON.stringify(merged)]);
}

export async function recordMergePublished(db: Queryable, jobId: string): Promise<void> {
  await db.query('update chapter_merges set published_at = coalesce(published_at, now()) where job_id = $1', [
    jobId,
  ]);
}

/** Of this folder nothing is left to do, whoever began it. */
export async function recordMergeFinished(db: Queryable, folder: string): Promise<void> {
  await db.query(
    'update chapter_merges set finished_at = now() where folder = $1 and merged is not null and finished_at is null',
    [folder],
  );
}

export async function forgetMerge(db: Queryable, jobId: string): Promise<void> {
  await db.query('delete from chapter_merges where job_id = $1 and published_at is null', [jobId]);
}

/**
 * What an import has filed is known by its manifest, by which a download is given back only when the library has its
 * files: the merged file stands for those that it replaces, and was placed as they were.
 */
export async function replaceFiled(
  db: Queryable,
  { folder, replaced, by }: { folder: string; replaced: readonly string[]; by: Omit<ManifestFile, 'mode'> },
): Promise<void> {
  await db.query(
    `update imports set manifest = jsonb_set(manifest, '{files}',
       (select coalesce(jsonb_agg(file), '[]') from jsonb_array_elements(manifest->'files') file where file->>'path' <> all($2))
       || ($3::jsonb || jsonb_build_object('mode', manifest->'files'->-1->>'mode')))
     where target = $1 and committed_at is not null and undone_at is null
       and exists (select from jsonb_array_elements(manifest->'files') file where file->>'path' = any($2))`,
    [folder, replaced, JSON.stringify(by)],
  );
}
