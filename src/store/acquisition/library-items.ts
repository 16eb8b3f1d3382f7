import type { Queryable } from '../database.js';

export interface LibraryFile {
  /** Relative to the item's folder, `/` between names. */
  path: string;
  sizeBytes: number;
  modifiedAtMs: number;
  durationSeconds: number | null;
}

export interface LibraryItemRow {
  id: string;
  libraryId: string;
  /** Relative to the library's root. */
  path: string;
  mediaType: string;
  title: string;
  author: string | null;
  narrator: string | null;
  year: number | null;
  asin: string | null;
  isbn: string | null;
  imdbId: string | null;
  tmdbId: number | null;
  season: number | null;
  episode: number | null;
  durationSeconds: number | null;
  sizeBytes: number;
  files: LibraryFile[];
  /** Its name at the media server; null in a folder that we read ourselves. */
  serverItemId: string | null;
  addedAt: Date;
  seenAt: Date;
  missingSince: Date | null;
  goneAt: Date | null;
}

export const LIBRARY_ITEM_COLUMNS = `id, library_id as "libraryId", path, media_type as "mediaType", title, author, narrator, year, asin, isbn,
  imdb_id as "imdbId", tmdb_id as "tmdbId", season, episode, server_item_id as "serverItemId", gone_at as "goneAt",
  duration_seconds as "durationSeconds", size_bytes as "sizeBytes", files, added_at as "addedAt",
  seen_at as "seenAt", missing_since as "missingSince"`;

type ServerFields = 'imdbId' | 'tmdbId' | 'season' | 'episode' | 'serverItemId';

export type ScannedItem = Omit<
  LibraryItemRow,
  'addedAt' | 'seenAt' | 'missingSince' | 'goneAt' | 'libraryId' | ServerFields
> &
  Partial<Pick<LibraryItemRow, ServerFields>>;

/**
 * Upserts one batch of a scan; an item keeps its id as long as its path stays, or its media server knows it again
 * under another path.
 */
export async function upsertItems(
  db: Queryable,
  { libraryId, scanId, items }: { libraryId: string; scanId: string; items: ScannedItem[] },
): Promise<void> {
  const batch = JSON.stringify(items);
  await db.query(
    `update library_items o set path = i.path
     from jsonb_to_recordset($2) as i(path text, "serverItemId" text)
     where o.library_id = $1 and o.server_item_id = i."serverItemId" and o.path <> i.path
       and not exists (select from library_items p where p.library_id = $1 and p.path = i.path)`,
    [libraryId, batch],
  );
  await db.query(
    `insert into library_items (id, library_id, scan_id, path, media_type, title, author, narrator, year, asin, isbn,
       imdb_id, tmdb_id, season, episode, server_item_id, duration_seconds, size_bytes, files)
     select i.id, $1, $2, i.path, i."mediaType", i.title, i.author, i.narrator, i.year, i.asin, i.isbn, i."imdbId", i."tmdbId",
       i.season, i.episode, i."serverItemId", i."durationSeconds", i."sizeBytes", i.files
     from jsonb_to_recordset($3) as i(id text, path text, "mediaType" text, title text, author text, narrator text, year int,
       asin text, isbn text, "imdbId" text, "tmdbId" int, season int, episode int, "serverItemId" text,
       "durationSeconds" double precision, "sizeBytes" bigint, files jsonb)
     on conflict (library_id, path) do update set scan_id = $2, media_type = excluded.media_type, title = excluded.title,
       author = excluded.author, narrator = excluded.narrator, year = excluded.year, asin = excluded.asin, isbn = excluded.isbn,
       imdb_id = excluded.imdb_id, tmdb_id = excluded.tmdb_id, season = excluded.season, episode = excluded.episode,
       server_item_id = excluded.server_item_id, duration_seconds = excluded.duration_seconds,
       size_bytes = excluded.size_bytes, files = excluded.files, seen_at = now(), missing_since = null, gone_at = null`,
    [libraryId, scanId, batch],
  );
}

/** A scan has seen them as they were known. One that was called missing meanwhile is there again. */
export async function seeItems(
  db: Queryable,
  { libraryId, scanId, paths }: { libraryId: string; scanId: string; paths: readonly string[] },
): Promise<void> {
  await db.query(
    `update library_items set scan_id = $2, seen_at = now(), missing_since = null, gone_at = null
     where library_id = $1 and path = any($3)`,
    [libraryId, scanId, paths],
  );
}

/** The database's clock, which also stamps what a scan sees; text keeps its microseconds. */
export async function readScanStart(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ now: string }>('select now()::text as now');
  return rows[0]?.now ?? '';
}

/**
 * Marks what nobody has seen below `path` since a complete scan of it began; nothing is deleted on one scan's
 * word (acquisition.md §6). By time, not by scan: another scan may have seen an item after this one did.
 */
export async function markMissing(
  db: Queryable,
  { libraryId, since, path }: { libraryId: string; since: string; path: string },
): Promise<number> {
  const { rowCount } = await db.query(
    `update library_items set missing_since = coalesce(missing_since, now())
     where library_id = $1 and seen_at < $2::timestamptz and ($3 = '' or path = $3 or starts_with(path, $3 || '/'))`,
    [libraryId, since, path],
  );
  return rowCount ?? 0;
}

export async function recordScanned(db: Queryable, libraryId: string): Promise<void> {
  await db.query(`update libraries set last_scan_at = now() where id = $1`, [libraryId]);
}

/** When the last complete scan ended, and from when on a look at what is new has to look. */
export async function readLooks(
  db: Queryable,
  libraryId: string,
): Promise<{ lastScanAt: Date | null; lastLookAt: Date | null }> {
  const { rows } = await db.query<{ lastScanAt: Date | null; lastLookAt: Date | null }>(
    `select last_scan_at as "lastScanAt", last_look_at as "lastLookAt" from libraries where id = $1`,
    [libraryId],
  );
  return rows[0] ?? { lastScanAt: null, lastLookAt: null };
}

export async function recordLook(
  db: Queryable,
  { libraryId, began }: { libraryId: string; began: string },
): Promise<void> {
  await db.query(
    `update libraries set last_look_at = greatest(last_look_at, $2::timestamptz) where id = $1`,
    [libraryId, began],
  );
}

/**
 * What a complete scan has missed for the second time, at least `leastMs` after the first (acquisition.md §6). What is
 * gone already is not told again.
 */
export async function missingTwice(
  db: Queryable,
  { libraryId, leastMs }: { libraryId: string; leastMs: number },
): Promise<LibraryItemRow[]> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where library_id = $1 and gone_at is null
       and missing_since <= now() - $2 * interval '1 millisecond' order by id`,
    [libraryId, leastMs],
  );
  return rows;
}

export async function recordGone(db: Queryable, id: string): Promise<void> {
  await db.query(`update library_items set gone_at = now() where id = $1`, [id]);
}

/** By a person's wish; a scan that sees it again takes it back. */
export async function recordDeleted(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update library_items set missing_since = coalesce(missing_since, now()), gone_at = coalesce(gone_at, now()) where id = $1`,
    [id],
  );
}

export async function findItemByPath(
  db: Queryable,
  { libraryId, path }: { libraryId: string; path: string },
): Promise<LibraryItemRow | undefined> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where library_id = $1 and path = $2 and missing_since is null`,
    [libraryId, path],
  );
  return rows[0];
}

/** What is known of the items at these paths; what is missing is not. */
export async function itemsAt(
  db: Queryable,
  { libraryId, paths }: { libraryId: string; paths: readonly string[] },
): Promise<Map<string, LibraryItemRow>> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where library_id = $1 and path = any($2) and missing_since is null`,
    [libraryId, paths],
  );
  return new Map(rows.map((row) => [row.path, row]));
}

export async function findItemById(db: Queryable, id: string): Promise<LibraryItemRow | undefined> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where id = $1`,
    [id],
  );
  return rows[0];
}

/** Items at one of some paths; the order of the paths counts. */
export async function findItemsByPaths(
  db: Queryable,
  { libraryId, mediaType, paths }: { libraryId: string; mediaType: string; paths: readonly string[] },
): Promise<LibraryItemRow[]> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where library_id = $1 and media_type = $2 and path = any($3)
       and missing_since is null order by array_position($3, path)`,
    [libraryId, mediaType, paths],
  );
  return rows;
}

/** Items that have so many files of so many bytes together: few of a library. */
export async function findItemsBySize(
  db: Queryable,
  like: { libraryId: string; mediaType: string; files: number; sizeBytes: number },
): Promise<LibraryItemRow[]> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where library_id = $1 and media_type = $2 and missing_since is null
       and jsonb_array_length(files) = $3 and size_bytes = $4 order by added_at desc, id limit 100`,
    [like.libraryId, like.mediaType, like.files, like.sizeBytes],
  );
  return rows;
}

/** All items of one kind in a library, page by page by id, for the fuzzy match. */
export async function* eachItem(
  db: Queryable,
  { libraryId, mediaType }: { libraryId: string; mediaType: string },
): AsyncIterable<LibraryItemRow> {
  let after = '';
  for (;;) {
    const { rows } = await db.query<LibraryItemRow>(
      `select ${LIBRARY_ITEM_COLUMNS} from library_items where library_id = $1 and media_type = $2 and missing_since is null and id > $3
       order by id limit 500`,
      [libraryId, mediaType, after],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

export async function listItems(
  db: Queryable,
  page: {
    libraryId?: string | undefined;
    search?: string | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<LibraryItemRow[]> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where ($1::text is null or library_id = $1)
       and ($2::text is null or strpos(lower(title), lower($2)) > 0 or strpos(lower(author), lower($2)) > 0) and ($3::text is null or id > $3)
     order by id limit $4`,
    [page.libraryId ?? null, page.search ?? null, page.after ?? null, page.limit],
  );
  return rows;
}
