import type { NoticeEvent } from '../../domain/notices/event.js';
import type { TargetKind } from '../../domain/notices/target-address.js';
import type { Queryable } from '../database.js';

/** A place where notices go; `url` and `secret` are sealed (see seal.ts). */
export interface TargetRow {
  id: string;
  name: string;
  kind: TargetKind;
  url: string;
  place: string;
  secret: string | null;
  events: NoticeEvent[];
  /** Only what this person asks for; null: all requests. */
  requester: string | null;
  enabled: boolean;
  failures: number;
  retryAt: Date | null;
  lastError: string | null;
  lastSentAt: Date | null;
  createdAt: Date;
}

const COLUMNS = `t.id, t.name, t.kind, t.url, t.place, t.secret, t.events, t.requester, t.enabled, t.failures,
  t.retry_at as "retryAt", t.last_error as "lastError", t.last_sent_at as "lastSentAt", t.created_at as "createdAt"`;

export async function listTargets(db: Queryable): Promise<TargetRow[]> {
  const { rows } = await db.query<TargetRow>(
    `select ${COLUMNS} from notification_targets t order by t.created_at, t.id`,
  );
  return rows;
}

export async function findTarget(db: Queryable, id: string): Promise<TargetRow | undefined> {
  const { rows } = await db.query<TargetRow>(
    `select ${COLUMNS} from notification_targets t where t.id = $1`,
    [id],
  );
  return rows[0];
}

export type SavedTarget = Pick<
  TargetRow,
  'id' | 'name' | 'kind' | 'url' | 'place' | 'secret' | 'events' | 'requester' | 'enabled'
>;

/** Creates or replaces; what waits is tried at once, since the settings may be what was wrong. */
export async function saveTarget(db: Queryable, target: SavedTarget): Promise<void> {
  await db.query(
    `insert into notification_targets (id, name, kind, url, place, secret, events, requester, enabled)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (id) do update set name = $2, kind = $3, url = $4, place = $5, secret = $6, events = $7,
       requester = $8, enabled = $9, failures = 0, retry_at = null, last_error = null`,
    [
      target.id,
      target.name,
      target.kind,
      target.url,
      target.place,
      target.secret,
      target.events,
      target.requester,
      target.enabled,
    ],
  );
  await db.query(`select pg_notify('longplay_notices', '')`);
}

export async function deleteTarget(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from notification_targets where id = $1', [id]);
  return rowCount === 1;
}

/** Those that have something to send and need not rest. */
export async function dueTargets(db: Queryable): Promise<TargetRow[]> {
  const { rows } = await db.query<TargetRow>(
    `select ${COLUMNS} from notification_targets t
     where t.enabled and (t.retry_at is null or t.retry_at <= now())
       and exists (select from notices n where n.target_id = t.id and n.state = 'waiting')
     order by t.id`,
  );
  return rows;
}

/** Milliseconds until the next target has rested and has something to send; undefined when none has. */
export async function nextTargetDueMs(db: Queryable): Promise<number | undefined> {
  const { rows } = await db.query<{ ms: number | null }>(
    `select (extract(epoch from min(coalesce(t.retry_at, now())) - now()) * 1000)::float8 as ms
     from notification_targets t
     where t.enabled and exists (select from notices n where n.target_id = t.id and n.state = 'waiting')`,
  );
  return rows[0]?.ms ?? undefined;
}
