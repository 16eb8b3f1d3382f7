import type { Database } from '../../src/store/database.js';

/** Each with its parts after it, so that they can be put back in this order. */
const TABLES = ['jobs', 'job_runs', 'job_steps', 'job_attempts'] as const;

/**
 * Keeps what the database says of a job without children, and puts it back later: as a restored copy of that time
 * would, for this job alone.
 */
export async function copyJob(db: Database, jobId: string): Promise<() => Promise<void>> {
  const kept = new Map<string, unknown[]>();
  for (const table of TABLES) {
    const key = table === 'jobs' ? 'id' : 'job_id';
    const { rows } = await db.query<{ row: unknown }>(
      `select to_jsonb(t) as row from ${table} t where ${key} = $1`,
      [jobId],
    );
    kept.set(
      table,
      rows.map(({ row }) => row),
    );
  }
  return () =>
    db.transaction(async (tx) => {
      await tx.query('delete from jobs where id = $1', [jobId]);
      for (const [table, rows] of kept) {
        await tx.query(
          `insert into ${table} overriding system value
           select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
          [JSON.stringify(rows)],
        );
      }
    });
}
