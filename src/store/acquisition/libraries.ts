import type { PathMapping } from '../../domain/acquisition/path-mapping.js';
import type { LibraryKind } from '../../domain/acquisition/products.js';
import type { TagWish } from '../../domain/acquisition/tag-wish.js';
import type { Queryable } from '../database.js';

export interface LibraryRow {
  id: string;
  name: string;
  kind: LibraryKind;
  root: string;
  pathTemplate: string;
  mediaTypes: string[];
  /** Of its media server, as are the next three; null and empty for a folder. */
  baseUrl: string | null;
  /** Sealed (see seal.ts). */
  secret: string | null;
  section: string | null;
  pathMappings: PathMapping[];
  /** For requests that name none; null: the built-in figures. */
  qualityProfileId: string | null;
  /** Delay profiles are chosen by them. */
  tags: string[];
  /** Imports of three and more files become one M4B. */
  mergeChapters: boolean;
  /** Into which sound files imports write tags. */
  writeTags: TagWish;
  enabled: boolean;
  lastScanAt: Date | null;
  createdAt: Date;
}

const LIBRARY_COLUMNS = `id, name, kind, root, path_template as "pathTemplate", media_types as "mediaTypes",
  base_url as "baseUrl", secret, section, path_mappings as "pathMappings", quality_profile_id as "qualityProfileId", tags, merge_chapters as "mergeChapters", write_tags as "writeTags", enabled, last_scan_at as "lastScanAt", created_at as "createdAt"`;

export async function listLibraries(db: Queryable): Promise<LibraryRow[]> {
  const { rows } = await db.query<LibraryRow>(
    `select ${LIBRARY_COLUMNS} from libraries order by created_at, id`,
  );
  return rows;
}

export async function findLibrary(db: Queryable, id: string): Promise<LibraryRow | undefined> {
  const { rows } = await db.query<LibraryRow>(`select ${LIBRARY_COLUMNS} from libraries where id = $1`, [id]);
  return rows[0];
}

export type SavedLibrary = Pick<
  LibraryRow,
  'id' | 'name' | 'kind' | 'root' | 'pathTemplate' | 'mediaTypes' | 'enabled'
> &
  Partial<
    Pick<
      LibraryRow,
      | 'baseUrl'
      | 'secret'
      | 'section'
      | 'pathMappings'
      | 'qualityProfileId'
      | 'tags'
      | 'mergeChapters'
      | 'writeTags'
    >
  >;

export async function saveLibrary(db: Queryable, library: SavedLibrary): Promise<void> {
  await db.query(
    `insert into libraries (id, name, kind, root, path_template, media_types, enabled, base_url, secret, section, path_mappings,
       quality_profile_id, tags, merge_chapters, write_tags)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict (id) do update set name = $2, kind = $3, root = $4, path_template = $5, media_types = $6, enabled = $7,
       base_url = $8, secret = $9, section = $10, path_mappings = $11, quality_profile_id = $12, tags = $13, merge_chapters = $14,
       write_tags = $15`,
    [
      library.id,
      library.name,
      library.kind,
      library.root,
      library.pathTemplate,
      library.mediaTypes,
      library.enabled,
      library.baseUrl ?? null,
      library.secret ?? null,
      library.section ?? null,
      JSON.stringify(library.pathMappings ?? []),
      library.qualityProfileId ?? null,
      library.tags ?? [],
      library.mergeChapters ?? false,
      library.writeTags ?? 'copies',
    ],
  );
}

/** Whether an open request will want it: until its first step has run, no row of `requests` refers to it. */
export async function isLibraryAwaited(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from jobs where type = 'request' and outcome_status is null and params ->> 'libraryId' = $1 limit 1`,
    [id],
  );
  return rowCount === 1;
}

export async function deleteLibrary(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from libraries where id = $1', [id]);
  return rowCount === 1;
}
