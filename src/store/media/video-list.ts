import type { MediaSource } from '../../domain/media/source.js';
import { searchWords } from '../../domain/media/search-words.js';
import type { ValidationLevel, Verdict } from '../../domain/media/validation.js';
import type { Queryable } from '../database.js';

export interface VideoRow {
  id: string;
  root: string;
  /** Relative to the root. */
  path: string;
  filename: string;
  title: string;
  sizeBytes: number;
  modifiedMs: number;
  valid: boolean | null;
  invalidReason: string | null;
  verdict: Verdict | null;
  validatedAt: Date | null;
  validatedLevel: ValidationLevel | null;
  validatedBy: string | null;
  durationSeconds: number | null;
  orientation: string | null;
  width: number | null;
  height: number | null;
  rotation: number | null;
  fps: number | null;
  dynamicRange: string | null;
  container: string | null;
  videoCodec: string | null;
  audioCodecs: string[];
  playable: boolean | null;
  unplayableReasons: string[];
  thumbnailPath: string | null;
  posterPath: string | null;
  spritePath: string | null;
  reencodeProposedAt: Date | null;
  reencodeJobId: string | null;
  derivedFrom: string | null;
  /** Files that were made of it. */
  versionCount: number;
  firstSeenAt: Date;
  probedAt: Date | null;
  missingSince: Date | null;
}

const COLUMNS = `v.id, v.root, v.path, v.filename, v.title, v.size_bytes as "sizeBytes", v.modified_ms as "modifiedMs", v.valid,
  v.invalid_reason as "invalidReason", v.verdict, v.validated_at as "validatedAt", v.validated_level as "validatedLevel",
  v.validated_by as "validatedBy", v.duration_seconds as "durationSeconds", v.orientation, v.width, v.height, v.rotation,
  v.fps, v.dynamic_range as "dynamicRange", v.container, v.video_codec as "videoCodec", v.audio_codecs as "audioCodecs",
  v.playable, v.unplayable_reasons as "unplayableReasons", v.thumbnail_path as "thumbnailPath",
  v.poster_path as "posterPath", v.sprite_path as "spritePath",
  v.reencode_proposed_at as "reencodeProposedAt", v.reencode_job_id as "reencodeJobId", v.derived_from as "derivedFrom",
  (select count(*)::int from videos d where d.derived_from = v.id) as "versionCount",
  v.first_seen_at as "firstSeenAt", v.probed_at as "probedAt", v.missing_since as "missingSince"`;

export interface VideoFilter {
  /** Words of the path. */
  search?: string | undefined;
  root?: string | undefined;
  playable?: boolean | undefined;
  valid?: boolean | undefined;
  /** `none`: never validated. */
  verdict?: Verdict | 'none' | undefined;
  missing?: boolean | undefined;
}

/** Each has an index in its order; `told` is a key as text that loses nothing. */
const ORDERS = {
  newest: {
    key: 'v.first_seen_at',
    told: `to_char(v.first_seen_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    type: 'timestamptz',
    direction: 'desc',
  },
  title: { key: 'v.title', told: 'v.title', type: 'text', direction: 'asc' },
  largest: { key: 'v.size_bytes', told: 'v.size_bytes::text', type: 'bigint', direction: 'desc' },
  longest: {
    key: 'coalesce(v.duration_seconds, 0)',
    told: 'coalesce(v.duration_seconds, 0)::text',
    type: 'double precision',
    direction: 'desc',
  },
} as const;

export type VideoOrder = keyof typeof ORDERS;

export const VIDEO_ORDERS = Object.keys(ORDERS) as [VideoOrder, ...VideoOrder[]];

/** A place in a list: the key that it is ordered by, as text, and the id. */
export interface VideoPlace {
  key: string;
  id: string;
}

interface Asked {
  filter: VideoFilter;
  order: VideoOrder;
  after?: VideoPlace | undefined;
  limit: number;
}

type ListedRow = VideoRow & { place: string };

/** As many as a word that some titles have needs for a page; rarer ones are found by their own index (see job-list.ts). */
const WALKED = 2_000;

/** One page by keyset: its cost does not grow with the depth. */
export async function listVideos(
  db: Queryable,
  asked: Asked,
): Promise<{ videos: VideoRow[]; next: VideoPlace | null }> {
  const { search } = asked.filter;
  if (search === undefined) return toPage(await read(db, asked, 'in order'), asked.limit);
  const near = await read(db, asked, 'among the next');
  if (near.length > asked.limit) return toPage(near, asked.limit);
  return toPage(await read(db, asked, 'by words'), asked.limit);
}

type Way = 'in order' | 'among the next' | 'by words';

async function read(db: Queryable, asked: Asked, way: Way): Promise<ListedRow[]> {
  const { key, told, direction } = ORDERS[asked.order];
  const values: unknown[] = [asked.limit + 1];
  const conditions = conditionsOf(asked, values);
  const pattern = `%${asPattern(searchWords(asked.filter.search ?? ''))}%`;
  if (way !== 'in order') values.push(pattern);
  const words = `$${values.length}`;
  if (way === 'by words')
    conditions.push(`v.id = any(array(select id from videos where words like ${words}))`);
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const ordered = `order by ${key} ${direction}, v.id ${direction}`;
  const from =
    way === 'among the next'
      ? `(select * from videos v ${where} ${ordered} limit ${WALKED}) v where v.words like ${words}`
      : `videos v ${where}`;
  const sql = `select ${COLUMNS}, ${told} as place from ${from} ${ordered} limit $1`;
  return (await db.query<ListedRow>(sql, values)).rows;
}

function conditionsOf({ filter, order, after }: Asked, values: unknown[]): string[] {
  const conditions: string[] = [];
  const { root, playable, valid, verdict, missing } = filter;
  if (root !== undefined) conditions.push(`v.root = $${values.push(root)}`);
  if (playable !== undefined) conditions.push(playable ? 'v.playable' : 'not v.playable');
  if (valid !== undefined) conditions.push(valid ? 'v.valid' : 'not v.valid');
  if (verdict === 'none') conditions.push('v.verdict is null');
  else if (verdict !== undefined) conditions.push(`v.verdict = $${values.push(verdict)}`);
  if (missing !== undefined) conditions.push(`v.missing_since is ${missing ? 'not null' : 'null'}`);
  if (after !== undefined) {
    const { key, type, direction } = ORDERS[order];
    const [at, id] = [values.push(after.key), values.push(after.id)];
    conditions.push(`(${key}, v.id) ${direction === 'asc' ? '>' : '<'} ($${at}::${type}, $${id}::uuid)`);
  }
  return conditions;
}

/** `%` and `_` stand for themselves. */
function asPattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

function toPage(rows: ListedRow[], limit: number): { videos: VideoRow[]; next: VideoPlace | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    videos: rows.slice(0, limit).map(({ place: _place, ...video }) => video),
    next: last === undefined ? null : { key: last.place, id: last.id },
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One video with its streams; undefined where there is none of this id. */
export async function findVideo(
  db: Queryable,
  id: string,
): Promise<(VideoRow & { streams: MediaSource | null }) | undefined> {
  if (!UUID.test(id)) return undefined;
  const { rows } = await db.query<VideoRow & { streams: MediaSource | null }>(
    `select ${COLUMNS}, v.streams from videos v where v.id = $1`,
    [id],
  );
  return rows[0];
}

/** Undefined for an unknown video. */
export async function findVideoTitle(db: Queryable, id: string): Promise<string | undefined> {
  if (!UUID.test(id)) return undefined;
  const { rows } = await db.query<{ title: string }>('select title from videos where id = $1', [id]);
  return rows[0]?.title;
}
