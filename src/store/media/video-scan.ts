import type { MediaSource } from '../../domain/media/source.js';
import type { FoundFile, KnownFile, MovedFrom } from '../../domain/media/diff-scan.js';
import { pathsBelow } from '../../domain/media/path-order.js';
import type { Queryable } from '../database.js';

/** A scanned folder: a root and what lies below it. */
export interface VideoFolder {
  root: string;
  /** Relative to the root. */
  folder: string;
}

/** What a scan needs of a row: whether its file is the same, and what it counts as. */
export interface KnownVideo extends KnownFile {
  id: string;
  headTailHash: string | null;
  valid: boolean | null;
  missing: boolean;
  unseenIn: string | null;
  /** Written since the scan began: by an attempt of it that was killed. */
  addedSince: boolean;
  probedSince: boolean;
}

/** What a scan writes of one file. */
export interface VideoFacts extends Omit<FoundFile, 'path'> {
  path: string;
  filename: string;
  title: string;
  /** For the search. */
  words: string;
  headTailHash: string | null;
  valid: boolean | null;
  invalidReason: string | null;
  durationSeconds: number | null;
  orientation: 'landscape' | 'portrait' | 'square' | null;
  width: number | null;
  height: number | null;
  rotation: number | null;
  fps: number | null;
  dynamicRange: string | null;
  container: string | null;
  videoCodec: string | null;
  audioCodecs: string[];
  streams: MediaSource | null;
  playable: boolean | null;
  unplayableReasons: string[];
}

const PAGE = 4_000;

/**
 * Rows of the paths after one and up to another, in their order, so many at a time; `upTo` null: to the end of the folder.
 * Missing ones are among them.
 */
export async function* knownBetween(
  db: Queryable,
  { root, folder, ...range }: VideoFolder & { after: string | undefined; upTo: string | null; since: string },
): AsyncIterable<KnownVideo[]> {
  const bounds = pathsBelow(folder);
  for (let after = range.after ?? bounds.after; ;) {
    const { rows } = await db.query<KnownVideo>(
      `select id, path, size_bytes as "sizeBytes", modified_ms as "modifiedMs", inode, head_tail_hash as "headTailHash", valid,
         probed_at is not null as probed, missing_since is not null as missing, unseen_in as "unseenIn",
         first_seen_at >= $5::timestamptz as "addedSince", coalesce(probed_at >= $5::timestamptz, false) as "probedSince"
       from videos where root = $1 and path > $2 and ($3::text is null or path <= $3) and ($4::text is null or path < $4)
       order by path limit ${PAGE}`,
      [root, after, range.upTo, bounds.before, range.since],
    );
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.path;
  }
}

/** Rows whose places a scan has passed without seeing them. */
export async function markUnseen(
  db: Queryable,
  { scanId, ids }: { scanId: string; ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return;
  await db.query('update videos set unseen_in = $1 where id = any($2::uuid[])', [scanId, ids]);
}

/** Their files are there, and as they were; a row whose file has got another inode is told that. */
export async function seeVideos(
  db: Queryable,
  seen: readonly { id: string; device: string; inode: string }[],
): Promise<void> {
  if (seen.length === 0) return;
  await db.query(
    `update videos v set device = i.device, inode = i.inode, missing_since = null, unseen_in = null
     from jsonb_to_recordset($1) as i(id uuid, device text, inode text) where v.id = i.id`,
    [JSON.stringify(seen)],
  );
}

/** A row whose file may have been moved. */
export interface MovedVideo extends MovedFrom {
  missing: boolean;
  valid: boolean | null;
}

/** So many copies of one file are looked at; of more, one that was moved counts as new. */
const MOST_ALIKE = 20;

/** Rows of the same root whose size and time one of these files has. What is empty is like everything else that is. */
export async function likeThese(
  db: Queryable,
  { root, files }: { root: string; files: readonly FoundFile[] },
): Promise<MovedVideo[]> {
  const sought = files.filter(({ sizeBytes }) => sizeBytes > 0);
  if (sought.length === 0) return [];
  const { rows } = await db.query<MovedVideo>(
    `select v.id, v.path, v.size_bytes as "sizeBytes", v.modified_ms as "modifiedMs", v.head_tail_hash as "headTailHash",
       v.missing_since is not null as missing, v.valid
     from (select distinct * from unnest($2::bigint[], $3::double precision[]) as s(size, modified)) as s
     cross join lateral (select * from videos where root = $1 and size_bytes = s.size and modified_ms = s.modified
       order by unseen_in is null and missing_since is null limit ${MOST_ALIKE}) as v`,
    [root, sought.map(({ sizeBytes }) => sizeBytes), sought.map(({ modifiedMs }) => modifiedMs)],
  );
  return rows;
}

/** The moved file's row; false where another scan was faster. */
export async function moveVideo(
  db: Queryable,
  { id, ...to }: FoundFile & { id: string; filename: string; title: string; words: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update videos v set path = $2, filename = $3, title = $4, words = $5, device = $6, inode = $7,
       missing_since = null, unseen_in = null
     where id = $1 and not exists (select from videos o where o.root = v.root and o.path = $2)`,
    [id, to.path, to.filename, to.title, to.words, to.device, to.inode],
  );
  return rowCount === 1;
}

const WRITTEN = {
  path: 'path text',
  filename: 'filename text',
  title: 'title text',
  words: 'words text',
  size_bytes: '"sizeBytes" bigint',
  modified_ms: '"modifiedMs" double precision',
  device: 'device text',
  inode: 'inode text',
  head_tail_hash: '"headTailHash" text',
  valid: 'valid boolean',
  invalid_reason: '"invalidReason" text',
  duration_seconds: '"durationSeconds" double precision',
  orientation: 'orientation text',
  width: 'width integer',
  height: 'height integer',
  rotation: 'rotation integer',
  fps: 'fps double precision',
  dynamic_range: '"dynamicRange" text',
  container: 'container text',
  video_codec: '"videoCodec" text',
  audio_codecs: '"audioCodecs" text[]',
  streams: 'streams jsonb',
  playable: 'playable boolean',
  unplayable_reasons: '"unplayableReasons" text[]',
} as const;

const COLUMNS = Object.keys(WRITTEN);
/** A name, or a quoted one, without its type. */
const FIELDS = Object.values(WRITTEN).map((field) => `i.${field.slice(0, field.indexOf(' '))}`);

/** What was made of the content before is not of this one. */
const IS_ANOTHER = 'excluded.head_tail_hash <> videos.head_tail_hash';

const PICTURES = ['thumbnail_path', 'poster_path', 'sprite_path'];

/** As far as can be told without reading it whole; a file that nobody could read just now is taken for the same. */
const IS_AS_VALIDATED = `excluded.size_bytes = videos.size_bytes and excluded.modified_ms = videos.modified_ms
  and coalesce(excluded.head_tail_hash = videos.head_tail_hash, true)`;
/** A validation has looked deeper than a scan does: what it called invalid stays so until the file changes. */
const STAYS_INVALID = `videos.verdict = 'invalid' and excluded.valid and ${IS_AS_VALIDATED}`;
const KEPT: Partial<Record<string, string>> = {
  valid: `case when ${STAYS_INVALID} then false else excluded.valid end`,
  invalid_reason: `case when ${STAYS_INVALID} then videos.invalid_reason else excluded.invalid_reason end`,
};

/** New and changed files, all in one statement; a path keeps its row. What could be looked into counts as probed. */
export async function writeVideos(
  db: Queryable,
  { root, videos }: { root: string; videos: readonly VideoFacts[] },
): Promise<void> {
  if (videos.length === 0) return;
  await db.query(
    `insert into videos (root, probed_at, ${COLUMNS.join(', ')})
     select $1, case when i.valid is not null then now() end, ${FIELDS.join(', ')}
     from jsonb_to_recordset($2) as i(${Object.values(WRITTEN).join(', ')})
     on conflict (root, path) do update set probed_at = excluded.probed_at, missing_since = null, unseen_in = null,
       reencode_proposed_at = case when excluded.playable then null else videos.reencode_proposed_at end,
       reencode_job_id = case when ${IS_ANOTHER} then null else videos.reencode_job_id end,
       ${PICTURES.map((path) => `${path} = case when ${IS_ANOTHER} then null else videos.${path} end,`).join(' ')}
       rules_at = case when ${IS_ANOTHER} then null else videos.rules_at end,
       verdict = case when videos.verdict is null or ${IS_AS_VALIDATED} then videos.verdict else 'outdated' end,
       ${COLUMNS.map((column) => `${column} = ${KEPT[column] ?? `excluded.${column}`}`).join(', ')}`,
    [root, JSON.stringify(videos, withoutNul)],
  );
}

/** Tags are somebody else's, and Postgres keeps no NUL. */
function withoutNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
}

const STEP = 10_000;

/** Once a scan is complete: what it has not seen is missing from now on. Returns how many were not so before. */
export async function markMissing(db: Queryable, scanId: string): Promise<number> {
  for (let marked = 0; ;) {
    const { rowCount } = await db.query(
      `update videos set missing_since = coalesce(missing_since, now()), unseen_in = null
       where id = any(array(select id from videos where unseen_in = $1 limit ${STEP}))`,
      [scanId],
    );
    marked += rowCount ?? 0;
    if ((rowCount ?? 0) < STEP) return marked;
  }
}

/** How many files of a folder are known, and not known to be missing. */
export async function countVideos(db: Queryable, { root, folder }: VideoFolder): Promise<number> {
  const { after, before } = pathsBelow(folder);
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from videos
     where root = $1 and path > $2 and ($3::text is null or path < $3) and missing_since is null`,
    [root, after, before],
  );
  return rows[0]?.count ?? 0;
}

const TO_REENCODE = `root = $1 and path > $2 and ($3::text is null or path < $3) and not playable and valid
  and missing_since is null and reencode_job_id is null`;

/** Proposes them for an encode. */
export async function proposeReencodes(db: Queryable, { root, folder }: VideoFolder): Promise<void> {
  const { after, before } = pathsBelow(folder);
  for (let proposed = STEP; proposed === STEP;) {
    const { rowCount } = await db.query(
      `update videos set reencode_proposed_at = now() where id = any(array(
         select id from videos where ${TO_REENCODE} and reencode_proposed_at is null limit ${STEP}))`,
      [root, after, before],
    );
    proposed = rowCount ?? 0;
  }
}

/** Files that browsers cannot play and that no job makes playable: how many, and the first of them by path. */
export async function needReencode(
  db: Queryable,
  { root, folder }: VideoFolder,
  { most }: { most: number },
): Promise<{ count: number; ids: string[] }> {
  const { after, before } = pathsBelow(folder);
  const { rows } = await db.query<{ count: number; ids: string[] }>(
    `select (select count(*)::int from videos where ${TO_REENCODE}) as count,
       array(select id::text from videos where ${TO_REENCODE} order by path limit $4) as ids`,
    [root, after, before, most],
  );
  return rows[0] ?? { count: 0, ids: [] };
}
