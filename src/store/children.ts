import type { Queryable } from './database.js';

export interface ChildStep {
  childId: string | null;
  state: string;
}

/** The parent's step that stands for a child; created before the child, so that a repeat finds it. */
export async function upsertChildStep(
  db: Queryable,
  step: { parentId: string; name: string; occurrence: number; inputHash: string; round: number },
): Promise<ChildStep> {
  const { rows } = await db.query<ChildStep>(
    `insert into job_steps (job_id, name, occurrence, input_hash, round, queue, state)
     values ($1, $2, $3, $4, $5, 'workflows', 'running')
     on conflict (job_id, name, occurrence, input_hash) do update set round = excluded.round
     returning child_id as "childId", state`,
    [step.parentId, step.name, step.occurrence, step.inputHash, step.round],
  );
  return rows[0] ?? { childId: null, state: 'running' };
}

export async function linkChild(
  db: Queryable,
  step: { parentId: string; name: string; occurrence: number; inputHash: string; childId: string },
): Promise<void> {
  await db.query(
    `update job_steps set child_id = $5, state = 'running'
     where job_id = $1 and name = $2 and occurrence = $3 and input_hash = $4`,
    [step.parentId, step.name, step.occurrence, step.inputHash, step.childId],
  );
}

export async function adoptChild(
  db: Queryable,
  { childId, parentId }: { childId: string; parentId: string },
): Promise<void> {
  await db.query('update jobs set parent_id = $2 where id = $1', [childId, parentId]);
}

/** The parent of each of these jobs that has one. */
export async function parentsOf(db: Queryable, jobIds: string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; parentId: string }>(
    `select id, parent_id as "parentId" from jobs where id = any($1::text[]) and parent_id is not null`,
    [jobIds],
  );
  return new Map(rows.map(({ id, parentId }) => [id, parentId]));
}

/** Open children of ended parents: their parent-close policy was not carried out. */
export async function orphans(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from jobs c join jobs p on p.id = c.parent_id
     where c.outcome_status is null and p.outcome_status is not null and p.ended_at < now() - interval '10 seconds'
     limit 200`,
  );
  return rows.map((row) => row.id);
}
