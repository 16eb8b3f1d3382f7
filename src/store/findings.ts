import type { Queryable } from './database.js';

/** What somebody should look at; each is told until it is mended. */
export const FINDINGS = [
  'workflow_stuck',
  'row_recovered',
  'temporal_replaced',
  'older_copy',
  'service_held',
] as const;
export type FindingKind = (typeof FINDINGS)[number];

export interface Finding {
  kind: FindingKind;
  /** A job's id, or what else it is about. */
  subject: string;
  message: string;
  remedy: string | null;
}

export interface FindingRow extends Finding {
  since: Date;
}

export async function recordFinding(db: Queryable, finding: Finding): Promise<void> {
  await db.query(
    `insert into findings (kind, subject, message, remedy) values ($1, $2, $3, $4)
     on conflict (kind, subject) do update set message = excluded.message, remedy = excluded.remedy, seen_at = now()`,
    [finding.kind, finding.subject, finding.message, finding.remedy],
  );
}

/** It is mended, or was read and put away. */
export async function endFinding(db: Queryable, kind: FindingKind, subject: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from findings where kind = $1 and subject = $2', [
    kind,
    subject,
  ]);
  return rowCount === 1;
}

export async function listFindings(db: Queryable): Promise<FindingRow[]> {
  const { rows } = await db.query<FindingRow>(
    'select kind, subject, message, remedy, since from findings order by since, kind, subject limit 500',
  );
  return rows;
}
