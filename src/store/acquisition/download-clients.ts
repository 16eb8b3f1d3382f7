import type { PathMapping } from '../../domain/acquisition/path-mapping.js';
import type { ClientKind } from '../../domain/acquisition/products.js';
import type { StallMinutes } from '../../domain/acquisition/stall-clock.js';
import type { Queryable } from '../database.js';

export interface DownloadClientRow {
  id: string;
  name: string;
  kind: ClientKind;
  baseUrl: string;
  username: string | null;
  secret: string | null;
  /** Put on what we add, where the client knows such. */
  category: string | null;
  pathMappings: PathMapping[];
  priority: number;
  /** Minutes; what is absent has its default. */
  stallLimits: StallMinutes;
  enabled: boolean;
  embedded: boolean;
  sessionId: string | null;
  reachableAt: Date | null;
  unreachableSince: Date | null;
  lastError: string | null;
  createdAt: Date;
}

const CLIENT_COLUMNS = `id, name, kind, base_url as "baseUrl", username, secret, category,
  path_mappings as "pathMappings", priority, stall_limits as "stallLimits", enabled, embedded,
  session_id as "sessionId", reachable_at as "reachableAt", unreachable_since as "unreachableSince",
  last_error as "lastError", created_at as "createdAt"`;

export async function listDownloadClients(db: Queryable): Promise<DownloadClientRow[]> {
  const { rows } = await db.query<DownloadClientRow>(
    `select ${CLIENT_COLUMNS} from download_clients order by priority, created_at, id`,
  );
  return rows;
}

export async function findDownloadClient(db: Queryable, id: string): Promise<DownloadClientRow | undefined> {
  const { rows } = await db.query<DownloadClientRow>(
    `select ${CLIENT_COLUMNS} from download_clients where id = $1`,
    [id],
  );
  return rows[0];
}

export type SavedDownloadClient = Pick<
  DownloadClientRow,
  | 'id'
  | 'name'
  | 'kind'
  | 'baseUrl'
  | 'username'
  | 'secret'
  | 'category'
  | 'pathMappings'
  | 'priority'
  | 'enabled'
  | 'embedded'
> &
  Partial<Pick<DownloadClientRow, 'stallLimits'>>;

export async function saveDownloadClient(db: Queryable, client: SavedDownloadClient): Promise<void> {
  await db.query(
    `insert into download_clients (id, name, kind, base_url, secret, priority, enabled, embedded, username, category,
       path_mappings, stall_limits)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (id) do update set name = $2, kind = $3, base_url = $4, secret = $5, priority = $6, enabled = $7,
       embedded = $8, username = $9, category = $10, path_mappings = $11, stall_limits = $12`,
    [
      client.id,
      client.name,
      client.kind,
      client.baseUrl,
      client.secret,
      client.priority,
      client.enabled,
      client.embedded,
      client.username,
      client.category,
      JSON.stringify(client.pathMappings),
      JSON.stringify(client.stallLimits ?? {}),
    ],
  );
}

/** What the poller learnt of the client itself. */
export async function recordClientReach(
  db: Queryable,
  reach: { id: string; sessionId: string | null; error: string | null },
): Promise<void> {
  await db.query(
    `update download_clients set session_id = coalesce($2, session_id), last_error = $3,
       reachable_at = case when $3::text is null then now() else reachable_at end,
       unreachable_since = case when $3::text is null then null else coalesce(unreachable_since, now()) end
     where id = $1`,
    [reach.id, reach.sessionId, reach.error],
  );
}

export async function deleteDownloadClient(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from download_clients where id = $1', [id]);
  return rowCount === 1;
}

/** The poller asks its clients now, and not only at their next times. */
export async function lookAtClients(db: Queryable): Promise<void> {
  await db.query('notify longplay_downloads');
}
