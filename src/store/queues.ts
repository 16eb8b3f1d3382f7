import type { Queryable } from './database.js';

export interface QueueRow {
  name: string;
  pausedAt: Date | null;
  pausedBy: string | null;
  reason: string | null;
  version: number;
  appliedAt: Date | null;
}

const COLUMNS = `name, paused_at as "pausedAt", paused_by as "pausedBy", reason, version, applied_at as "appliedAt"`;

/** Queues that were ever paused. */
export async function listQueueRows(db: Queryable): Promise<Map<string, QueueRow>> {
  const { rows } = await db.query<QueueRow>(`select ${COLUMNS} from queues`);
  return new Map(rows.map((row) => [row.name, row]));
}

export async function findQueueRow(db: Queryable, name: string): Promise<QueueRow | undefined> {
  const { rows } = await db.query<QueueRow>(`select ${COLUMNS} from queues where name = $1`, [name]);
  return rows[0];
}

/** A repeat changes nothing: who paused first is shown, and the last reason that was given. */
export async function recordQueuePaused(
  db: Queryable,
  pause: { name: string; by: string; reason: string | null },
): Promise<void> {
  await db.query(
    `insert into queues (name, paused_at, paused_by, reason) values ($1, now(), $2, $3)
     on conflict (name) do update set paused_at = coalesce(queues.paused_at, now()),
       paused_by = coalesce(queues.paused_by, excluded.paused_by), reason = coalesce(excluded.reason, queues.reason),
       version = queues.version + 1, applied_at = null
     where queues.paused_at is null or queues.reason is distinct from coalesce(excluded.reason, queues.reason)`,
    [pause.name, pause.by, pause.reason],
  );
}

export async function recordQueueResumed(db: Queryable, name: string): Promise<void> {
  await db.query(
    `update queues set paused_at = null, paused_by = null, reason = null, version = version + 1, applied_at = null
     where name = $1 and paused_at is not null`,
    [name],
  );
}

/** Temporal took this version; false when something else is asked for by now. */
export async function recordQueueApplied(
  db: Queryable,
  { name, version }: { name: string; version: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update queues set applied_at = now() where name = $1 and version = $2`,
    [name, version],
  );
  return rowCount === 1;
}

/** What Temporal has not taken yet. */
export async function unappliedQueues(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from queues where applied_at is null order by name`,
  );
  return rows.map(({ name }) => name);
}

/** Temporal may have forgotten all of it. */
export async function forgetApplied(db: Queryable): Promise<void> {
  await db.query('update queues set applied_at = null');
}

/** Namespaces this lock among the advisory ones: "queu". */
const APPLY_LOCK = 0x71756575;

/** Whether this transaction may tell Temporal of the queue; another that does so has it until its end. */
export async function lockQueue(tx: Queryable, name: string): Promise<boolean> {
  const { rows } = await tx.query<{ held: boolean }>(
    'select pg_try_advisory_xact_lock($1, hashtext($2)) as held',
    [APPLY_LOCK, name],
  );
  return rows[0]?.held === true;
}
