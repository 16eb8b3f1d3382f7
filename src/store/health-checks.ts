import {
  healthChange,
  type HealthCheckKind,
  type HealthLevel,
  type HealthResult,
} from '../domain/health/check.js';
import type { Database, Queryable } from './database.js';
import { writeHealthNotice } from './notices/outbox.js';

export interface HealthCheckRow extends HealthResult {
  /** Since when it has this level. */
  since: Date;
  lookedAt: Date;
}

const COLUMNS = 'kind, subject, level, message, remedy, since, looked_at as "lookedAt"';
const CHECKS_LOCK = 4_100_062;

/** What is worst first. */
export async function listHealthChecks(db: Queryable): Promise<HealthCheckRow[]> {
  const { rows } = await db.query<HealthCheckRow>(
    `select ${COLUMNS} from health_checks
     order by array_position(array['error', 'warning', 'ok'], level), kind, subject`,
  );
  return rows;
}

export interface HealthCount {
  kind: HealthCheckKind;
  level: HealthLevel;
  count: number;
  /** Since the last look at one of them; by the clock of Postgres, which wrote it. */
  ageSeconds: number;
}

export async function countHealthChecks(db: Queryable): Promise<HealthCount[]> {
  const { rows } = await db.query<HealthCount>(
    `select kind, level, count(*)::int as count,
       extract(epoch from clock_timestamp() - max(looked_at))::float8 as "ageSeconds"
     from health_checks group by kind, level`,
  );
  return rows;
}

/**
 * One look at everything of these kinds: what was not found any more goes. A changed level and its notice are written
 * together. Returns what has changed.
 */
export async function recordHealthChecks(
  db: Database,
  { kinds, results }: { kinds: readonly HealthCheckKind[]; results: readonly HealthResult[] },
): Promise<HealthResult[]> {
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [CHECKS_LOCK]);
    const { rows } = await tx.query<HealthCheckRow>(
      `select ${COLUMNS} from health_checks where kind = any($1)`,
      [kinds],
    );
    const keyOf = ({ kind, subject }: Pick<HealthResult, 'kind' | 'subject'>): string => `${kind} ${subject}`;
    const before = new Map(rows.map((row) => [keyOf(row), row.level]));
    const changed: HealthResult[] = [];
    for (const result of results) {
      const since = await upsert(tx, result);
      const told = healthChange(before.get(keyOf(result)), result);
      if (told === undefined) continue;
      changed.push(result);
      await writeHealthNotice(tx, { subject: `${keyOf(result)} ${since.toISOString()}`, ...told });
    }
    const present = new Set(results.map(keyOf));
    for (const { kind, subject } of rows.filter((row) => !present.has(keyOf(row))))
      await tx.query('delete from health_checks where kind = $1 and subject = $2', [kind, subject]);
    return changed;
  });
}

async function upsert(tx: Queryable, result: HealthResult): Promise<Date> {
  const { rows } = await tx.query<{ since: Date }>(
    `insert into health_checks (kind, subject, level, message, remedy) values ($1, $2, $3, $4, $5)
     on conflict (kind, subject) do update set level = $3, message = $4, remedy = $5, looked_at = now(),
       since = case when health_checks.level = $3 then health_checks.since else now() end
     returning since`,
    [result.kind, result.subject, result.level, result.message, result.remedy],
  );
  return rows[0]?.since ?? new Date();
}
