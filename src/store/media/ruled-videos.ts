import type { RuledVideo } from '../../domain/media/media-rule.js';
import type { Queryable } from '../database.js';

/** A video that rules have still to look at, and a content that they shall look at once. */
export interface NewVideo extends RuledVideo {
  id: string;
  identity: string;
}

/** Those that scans could look into, the oldest first. */
export async function videosForRules(db: Queryable, { limit }: { limit: number }): Promise<NewVideo[]> {
  const { rows } = await db.query<NewVideo>(
    `select v.id, v.root || ':' || v.path as place, f.place is not null as filed, v.valid, v.playable,
       coalesce(v.head_tail_hash, v.size_bytes || '/' || v.modified_ms) as identity
     from videos v left join filed_videos f on f.place = v.root || ':' || v.path
     where v.rules_at is null and v.probed_at is not null and v.missing_since is null
     order by v.first_seen_at limit $1`,
    [limit],
  );
  return rows;
}

export async function markRuled(db: Queryable, videoId: string): Promise<void> {
  await db.query('update videos set rules_at = now() where id = $1', [videoId]);
}

/** False where the rule has had this content before. */
export async function beginRuleRun(
  tx: Queryable,
  run: { ruleId: string; videoId: string; identity: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into media_rule_runs (rule_id, video_id, identity)
     select id, $2, $3 from media_rules where id = $1 on conflict do nothing`,
    [run.ruleId, run.videoId, run.identity],
  );
  return rowCount === 1;
}

export async function endRuleRun(
  tx: Queryable,
  run: { ruleId: string; videoId: string; identity: string; jobId?: string; refused?: string },
): Promise<void> {
  await tx.query(
    `update media_rule_runs set job_id = $4, refused = $5 where rule_id = $1 and video_id = $2 and identity = $3`,
    [run.ruleId, run.videoId, run.identity, run.jobId ?? null, run.refused ?? null],
  );
}

/** Jobs of rules that are under way, counted no further than `most`. */
export async function countRuledJobs(db: Queryable, most: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from (
       select from jobs where outcome_status is null and created_by like 'rule %' limit $1) open`,
    [most],
  );
  return rows[0]?.count ?? 0;
}

/** An import whose videos rules do not know of so far; `paths`: logical paths of all its files. */
export interface NewImport {
  jobId: string;
  target: string;
  paths: string[];
}

export async function importsForRules(db: Queryable, { limit }: { limit: number }): Promise<NewImport[]> {
  const { rows } = await db.query<NewImport>(
    `select job_id as "jobId", target,
       array(select file->>'path' from jsonb_array_elements(manifest->'files') file) as paths
     from imports where committed_at is not null and rules_at is null order by committed_at limit $1`,
    [limit],
  );
  return rows;
}

/** Notes the videos of an import; those that a scan has found before are looked at once more. */
export async function recordFiled(
  tx: Queryable,
  { jobId, videos }: { jobId: string; videos: readonly string[] },
): Promise<void> {
  await tx.query('update imports set rules_at = now() where job_id = $1', [jobId]);
  await tx.query(
    `insert into filed_videos (place, job_id) select place, $1 from unnest($2::text[]) place
     on conflict (place) do update set job_id = $1, filed_at = now()`,
    [jobId, videos],
  );
  await tx.query(
    `update videos set rules_at = null where (root, path) in (
       select split_part(place, ':', 1), substr(place, strpos(place, ':') + 1) from unnest($1::text[]) place)`,
    [videos],
  );
}
