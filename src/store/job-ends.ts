import type { Queryable } from './database.js';

/** How a job has ended; `status` null: it is open. Ms since 1970. */
export type JobEnd = { status: null } | { status: 'completed' | 'failed' | 'cancelled'; endedMs: number };

/** Of those that there are. */
export async function endsOf(db: Queryable, ids: readonly string[]): Promise<Map<string, JobEnd>> {
  const { rows } = await db.query<{ id: string } & JobEnd>(
    `select id, outcome_status as status, extract(epoch from ended_at)::float8 * 1000 as "endedMs"
     from jobs where id = any($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, ...end }) => [id, end]));
}
