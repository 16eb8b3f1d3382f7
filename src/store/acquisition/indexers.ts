import type { IndexerKind } from '../../domain/acquisition/products.js';
import type { Database, Queryable } from '../database.js';

/** A configured indexer; `secret` is sealed (see seal.ts). */
export interface IndexerRow {
  id: string;
  name: string;
  kind: IndexerKind;
  baseUrl: string;
  username: string | null;
  secret: string | null;
  categories: number[];
  priority: number;
  minimumSeeders: number;
  /** What is to be seeded beyond the indexer's own minimum. */
  seedRatio: number | null;
  seedMinutes: number | null;
  /** Releases that may be fetched in 24 hours; null: no limit. */
  grabLimit: number | null;
  /** Least time between two calls, ms; null: the default. */
  callIntervalMs: number | null;
  /** Usenet: the client gives a download back once its library shows it. */
  removeAfterProcessing: boolean;
  enabled: boolean;
  backoffLevel: number;
  disabledUntil: Date | null;
  lastOutcome: string | null;
  lastDetail: string | null;
  lastUsedAt: Date | null;
  createdAt: Date;
}

const INDEXER_COLUMNS = `id, name, kind, base_url as "baseUrl", username, secret, categories, priority,
  minimum_seeders as "minimumSeeders", seed_ratio as "seedRatio", seed_minutes as "seedMinutes", grab_limit as "grabLimit", call_interval_ms as "callIntervalMs",
  remove_after_processing as "removeAfterProcessing", enabled, backoff_level as "backoffLevel",
  disabled_until as "disabledUntil", last_outcome as "lastOutcome", last_detail as "lastDetail",
  last_used_at as "lastUsedAt", created_at as "createdAt"`;

export async function listIndexers(db: Queryable): Promise<IndexerRow[]> {
  const { rows } = await db.query<IndexerRow>(
    `select ${INDEXER_COLUMNS} from indexers order by priority, created_at, id`,
  );
  return rows;
}

export async function findIndexer(db: Queryable, id: string): Promise<IndexerRow | undefined> {
  const { rows } = await db.query<IndexerRow>(`select ${INDEXER_COLUMNS} from indexers where id = $1`, [id]);
  return rows[0];
}

export type SavedIndexer = Pick<
  IndexerRow,
  | 'id'
  | 'name'
  | 'kind'
  | 'baseUrl'
  | 'username'
  | 'secret'
  | 'categories'
  | 'priority'
  | 'minimumSeeders'
  | 'seedRatio'
  | 'seedMinutes'
  | 'enabled'
> &
  Partial<Pick<IndexerRow, 'grabLimit' | 'callIntervalMs' | 'removeAfterProcessing'>>;

/** Creates or replaces; back-off starts anew and nothing counts as known, since the settings may be what was wrong. */
export async function saveIndexer(db: Queryable, indexer: SavedIndexer): Promise<void> {
  await db.query(
    `insert into indexers (id, name, kind, base_url, secret, categories, priority, minimum_seeders, enabled, username,
       seed_ratio, seed_minutes, grab_limit, call_interval_ms, remove_after_processing)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict (id) do update set name = $2, kind = $3, base_url = $4, secret = $5, categories = $6, priority = $7,
       minimum_seeders = $8, enabled = $9, username = $10, seed_ratio = $11, seed_minutes = $12, grab_limit = $13, call_interval_ms = $14,
       remove_after_processing = $15, backoff_level = 0, disabled_until = null, last_used_at = null`,
    [
      indexer.id,
      indexer.name,
      indexer.kind,
      indexer.baseUrl,
      indexer.secret,
      indexer.categories,
      indexer.priority,
      indexer.minimumSeeders,
      indexer.enabled,
      indexer.username,
      indexer.seedRatio,
      indexer.seedMinutes,
      indexer.grabLimit ?? null,
      indexer.callIntervalMs ?? null,
      indexer.removeAfterProcessing ?? true,
    ],
  );
}

export async function recordIndexerUse(
  db: Queryable,
  use: { id: string; outcome: string; detail: string | null; level: number; until: Date | null },
): Promise<void> {
  await db.query(
    `update indexers set last_outcome = $2, last_detail = $3, backoff_level = $4, disabled_until = $5, last_used_at = now() where id = $1`,
    [use.id, use.outcome, use.detail, use.level, use.until],
  );
}

export interface IndexerUse {
  outcome: string;
  detail: string | null;
  level: number;
  /** Milliseconds since the epoch; null: it does not rest. */
  until: number | null;
}

/** Writes what `change` makes of the present level and rest, one after the other. */
export async function changeIndexerUse(
  db: Database,
  id: string,
  change: (now: Pick<IndexerUse, 'level' | 'until'>) => IndexerUse,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ level: number; disabledUntil: Date | null }>(
      `select backoff_level as level, disabled_until as "disabledUntil" from indexers where id = $1 for update`,
      [id],
    );
    const [row] = rows;
    if (row === undefined) return;
    const { until, ...use } = change({ level: row.level, until: row.disabledUntil?.getTime() ?? null });
    await recordIndexerUse(tx, { id, ...use, until: until === null ? null : new Date(until) });
  });
}

/** The next free turn to call this indexer, in ms from now; it is taken with that. 0 for one that is gone. */
export async function reserveCall(
  db: Queryable,
  { id, intervalMs }: { id: string; intervalMs: number },
): Promise<number> {
  const { rows } = await db.query<{ waitMs: number }>(
    `update indexers set next_call_at = greatest(clock_timestamp(), next_call_at) + $2 * interval '1 millisecond'
     where id = $1
     returning greatest(0, extract(epoch from next_call_at - clock_timestamp())::float8 * 1000 - $2) as "waitMs"`,
    [id, intervalMs],
  );
  return rows[0]?.waitMs ?? 0;
}

export async function deleteIndexer(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from indexers where id = $1', [id]);
  return rowCount === 1;
}
