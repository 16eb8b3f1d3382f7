import type { Queryable } from './database.js';

export type ReservedKey =
  | { kind: 'first' }
  | { kind: 'in_progress' }
  | { kind: 'other_body' }
  | { kind: 'answered'; status: number; body: unknown };

/** A key whose first request died without an answer may be tried again after this time. */
const ABANDONED_AFTER = '1 minute';

/** Same body → same answer, other body → refused, first still being handled → told so (jobs.md §3). */
export async function reserveKey(
  db: Queryable,
  { principal, key, bodyHash }: { principal: string; key: string; bodyHash: string },
): Promise<ReservedKey> {
  const inserted = await db.query(
    `insert into idempotency_keys (principal, key, body_hash) values ($1, $2, $3)
     on conflict (principal, key) do update set created_at = now()
       where idempotency_keys.response_status is null and idempotency_keys.body_hash = excluded.body_hash
         and idempotency_keys.created_at < now() - interval '${ABANDONED_AFTER}'`,
    [principal, key, bodyHash],
  );
  if (inserted.rowCount === 1) return { kind: 'first' };
  const { rows } = await db.query<{ bodyHash: string; status: number | null; body: unknown }>(
    `select body_hash as "bodyHash", response_status as status, response_body as body
     from idempotency_keys where principal = $1 and key = $2`,
    [principal, key],
  );
  const row = rows[0];
  if (row === undefined) return { kind: 'in_progress' };
  if (row.bodyHash !== bodyHash) return { kind: 'other_body' };
  return row.status === null
    ? { kind: 'in_progress' }
    : { kind: 'answered', status: row.status, body: row.body };
}

export async function answerKey(
  db: Queryable,
  { principal, key, status, body }: { principal: string; key: string; status: number; body: unknown },
): Promise<void> {
  await db.query(
    `update idempotency_keys set response_status = $3, response_body = $4 where principal = $1 and key = $2`,
    [principal, key, status, JSON.stringify(body)],
  );
}

/** A request that changed nothing must not block its key. */
export async function releaseKey(
  db: Queryable,
  { principal, key }: { principal: string; key: string },
): Promise<void> {
  await db.query(
    `delete from idempotency_keys where principal = $1 and key = $2 and response_status is null`,
    [principal, key],
  );
}

export async function forgetOldKeys(db: Queryable): Promise<void> {
  await db.query(`delete from idempotency_keys where created_at < now() - interval '30 days'`);
}
