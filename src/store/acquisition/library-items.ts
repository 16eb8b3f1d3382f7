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
  durationSeconds: number | null;
  sizeBytes: number;
  files: LibraryFile[];
  addedAt: Date;
  seenAt: Date;
  missingSince: Date | null;
}

const COLUMNS = `id, library_id as "libraryId", path, media_type as "mediaType", title, author, narrator, year, asin, isbn,
  duration_seconds as "durationSeconds", size_bytes as "sizeBytes", files, added_at as "addedAt",
  seen_at as "seenAt", missing_since as "missingSince"`;

export type ScannedItem = Omit<LibraryItemRow, 'addedAt' | 'seenAt' | 'missingSince' | 'libraryId'>;

/** Upserts one batch of a scan; an item keeps its id as long as its path stays. */
export async function upsertItems(
  db: Queryable,
  { libraryId, scanId, items }: { libraryId: string; scanId: string; items: ScannedItem[] },
): Promise<void> {
  await db.query(
    `insert into library_items (id, library_id, scan_id, path, media_type, title, author, narrator, year, asin, isbn, duration_seconds, size_bytes, files)
     select i.id, $1, $2, i.path, i."mediaType", i.title, i.author, i.narrator, i.year, i.asin, i.isbn, i."durationSeconds", i."sizeBytes", i.files
     from jsonb_to_recordset($3) as i(id text, path text, "mediaType" text, title text, author text, narrator text, year int,
       asin text, isbn text, "durationSeconds" double precision, "sizeBytes" bigint, files jsonb)
     on conflict (library_id, path) do update set scan_id = $2, media_type = excluded.media_type, title = excluded.title,
       author = excluded.author, narrator = excluded.narrator, year = excluded.year, asin = excluded.asin, isbn = excluded.isbn,
       duration_seconds = excluded.duration_seconds, size_bytes = excluded.size_bytes, files = excluded.files,
       seen_at = now(), missing_since = null`,
    [libraryId, scanId, JSON.stringify(items)],
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

export async function findItemByPath(
  db: Queryable,
  { libraryId, path }: { libraryId: string; path: string },
): Promise<LibraryItemRow | undefined> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${COLUMNS} from library_items where library_id = $1 and path = $2 and missing_since is null`,
    [libraryId, path],
  );
  return rows[0];
}

export async function findItemById(db: Queryable, id: string): Promise<LibraryItemRow | undefined> {
  const { rows } = await db.query<LibraryItemRow>(`select ${COLUMNS} from library_items where id = $1`, [id]);
  return rows[0];
}

/** An ASIN names one edition, so it goes before an ISBN; among equals the newest. */
export async function findItemsByIds(
  db: Queryable,
  ids: { libraryId: string; mediaType: string; asin: string | undefined; isbn: string | undefined },
): Promise<LibraryItemRow[]> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${COLUMNS} from library_items where library_id = $1 and media_type = $2 and missing_since is null
       and (upper(asin) = $3 or upper(translate(isbn, '- ', '')) = $4)
     order by (upper(asin) = $3) is true desc, added_at desc, id limit 10`,
    [ids.libraryId, ids.mediaType, ids.asin ?? null, ids.isbn ?? null],
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
      `select ${COLUMNS} from library_items where library_id = $1 and media_type = $2 and missing_since is null and id > $3
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
    `select ${COLUMNS} from library_items where ($1::text is null or library_id = $1)
       and ($2::text is null or strpos(lower(title), lower($2)) > 0 or strpos(lower(author), lower($2)) > 0) and ($3::text is null or id > $3)
     order by id limit $4`,
    [page.libraryId ?? null, page.search ?? null, page.after ?? null, page.limit],
  );
  return rows;
}
