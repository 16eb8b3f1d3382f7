import type { Confidence } from '../../domain/acquisition/tag-confidence.js';
import type { Queryable } from '../database.js';

export interface ManifestFile {
  /** Logical path. */
  path: string;
  sizeBytes: number;
  /** Null: a hard link to what was downloaded, of which there is no other copy. */
  sha256: string | null;
  mode: string;
  durationSeconds: number | null;
}

/**
 * The claim on a target folder, or on a name in one that imports share; another job's claim on the same is refused by
 * its unique index.
 */
export async function planImport(
  db: Queryable,
  plan: { jobId: string; requestId: string | null; target: string; claim?: string; manifest: unknown },
): Promise<void> {
  await db.query(
    `insert into imports (job_id, request_id, target, claim, manifest) values ($1, $2, $3, $4, $5)
     on conflict (job_id) do update set target = $3, claim = $4, manifest = $5, undone_at = null
       where imports.committed_at is null`,
    [
      ...[plan.jobId, plan.requestId, plan.target],
      ...[plan.claim === plan.target ? null : (plan.claim ?? null), JSON.stringify({ plan: plan.manifest })],
    ],
  );
}

export interface ImportRow {
  /** Logical path of the target folder. */
  target: string;
  plan: unknown;
  /** Absent until an attempt has verified its files. */
  verified: unknown;
  committed: boolean;
}

export async function findImport(db: Queryable, jobId: string): Promise<ImportRow | undefined> {
  const { rows } = await db.query<ImportRow>(
    `select target, manifest->'plan' as plan, manifest->'verified' as verified, committed_at is not null as committed
     from imports where job_id = $1 and undone_at is null`,
    [jobId],
  );
  return rows[0];
}

/** What the files of a folder were called before an import filed them there; `name` is what they are called since. */
export async function namesBefore(db: Queryable, target: string): Promise<unknown> {
  const { rows } = await db.query<{ media: unknown }>(
    `select manifest->'plan'->'media' as media from imports where target = $1 and committed_at is not null and undone_at is null`,
    [target],
  );
  return rows[0]?.media;
}

/** Who has filed to a claim's place, or is about to. */
export async function claimOn(
  db: Queryable,
  claim: string,
): Promise<{ jobId: string; committed: boolean } | undefined> {
  const { rows } = await db.query<{ jobId: string; committed: boolean }>(
    `select job_id as "jobId", committed_at is not null as committed from imports where coalesce(claim, target) = $1 and undone_at is null`,
    [claim],
  );
  return rows[0];
}

/**
 * Ends a claim that holds nothing: filed and deleted since, or of a job that ended without a commit.
 * False when the claim stands.
 */
export async function releaseClaim(
  db: Queryable,
  { claim, isEmpty }: { claim: string; isEmpty: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update imports i set undone_at = now() from jobs j
     where j.id = i.job_id and coalesce(i.claim, i.target) = $1 and i.undone_at is null
       and case when i.committed_at is null then j.outcome_status is not null else $2 end`,
    [claim, isEmpty],
  );
  return rowCount === 1;
}

/** What every import of the same folder has verified, whatever became of it. */
export async function verifiedBefore(
  db: Queryable,
  { jobId, target }: { jobId: string; target: string },
): Promise<unknown[]> {
  const { rows } = await db.query<{ verified: unknown }>(
    `select manifest->'verified' as verified from imports
     where target = $2 and job_id <> $1 and manifest ? 'verified' order by planned_at desc limit 20`,
    [jobId, target],
  );
  return rows.map(({ verified }) => verified);
}

/** Before anything is visible: a repeat knows its own files by this, and a cancel what to take back. */
export async function recordVerified(
  db: Queryable,
  { jobId, files }: { jobId: string; files: readonly object[] },
): Promise<void> {
  await db.query(
    `update imports set manifest = manifest || jsonb_build_object('verified', $2::jsonb) where job_id = $1 and committed_at is null`,
    [jobId, JSON.stringify(files)],
  );
}

/** Keeps the plan beside the files, so that a repeat after the commit still finds it. */
export async function commitImport(
  db: Queryable,
  { jobId, files }: { jobId: string; files: ManifestFile[] },
): Promise<void> {
  await db.query(
    `update imports set manifest = manifest || jsonb_build_object('files', $2::jsonb), committed_at = coalesce(committed_at, now()) where job_id = $1`,
    [jobId, JSON.stringify(files)],
  );
}

/** Gives the target back: nothing of the plan is visible. */
export async function discardImport(db: Queryable, jobId: string): Promise<void> {
  await db.query(`update imports set undone_at = now() where job_id = $1 and committed_at is null`, [jobId]);
}

/** The files that a request's import made visible, with their hashes. */
export async function importedFiles(db: Queryable, requestId: string): Promise<ManifestFile[]> {
  const { rows } = await db.query<{ manifest: ManifestFile[] }>(
    `select manifest->'files' as manifest from imports where request_id = $1 and committed_at is not null and undone_at is null order by committed_at desc limit 1`,
    [requestId],
  );
  return rows[0]?.manifest ?? [];
}

/**
 * How sure the import of a request was, of the files that it filed; before there are any, of what it is about to file.
 * Null for what was planned before it was told, and while nothing is planned.
 */
export async function importConfidence(db: Queryable, requestId: string): Promise<Confidence | null> {
  const { rows } = await db.query<{ confidence: Confidence | null }>(
    `select manifest->'plan'->'confidence' as confidence from imports where request_id = $1 and undone_at is null
     order by committed_at desc nulls last, planned_at desc limit 1`,
    [requestId],
  );
  return rows[0]?.confidence ?? null;
}

/** The folder into which a request's files were filed, a logical path. */
export async function filedFolder(db: Queryable, requestId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ target: string }>(
    `select target from imports where request_id = $1 and committed_at is not null and undone_at is null
     order by committed_at desc limit 1`,
    [requestId],
  );
  return rows[0]?.target;
}
