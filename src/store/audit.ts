import type { Queryable } from './database.js';

export interface AuditEntry {
  actor: string;
  action: string;
  target: string | null;
  /** Never a secret: what was changed, by names and ids. */
  detail: unknown;
}

export interface AuditRow extends AuditEntry {
  id: number;
  time: Date;
}

export async function insertAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.query(`insert into audit (actor, action, target, detail) values ($1, $2, $3, $4)`, [
    entry.actor,
    entry.action,
    entry.target,
    entry.detail === undefined ? null : JSON.stringify(entry.detail),
  ]);
}

/** Newest first; `before` is the id that the page before ended with. */
export async function listAudit(
  db: Queryable,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<AuditRow[]> {
  const { rows } = await db.query<AuditRow>(
    `select id, time, actor, action, target, detail from audit
     where $1::bigint is null or id < $1 order by id desc limit $2`,
    [before ?? null, limit],
  );
  return rows;
}
