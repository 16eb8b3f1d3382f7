import type { Capacity } from '../domain/jobs/leases.js';
import type { Queryable } from './database.js';

export interface WorkerRow {
  id: string;
  host: string;
  processId: number;
  role: string;
  queues: Record<string, number>;
  startedAt: Date;
  seenAt: Date;
  stoppedAt: Date | null;
}

export async function registerWorker(
  db: Queryable,
  worker: {
    id: string;
    host: string;
    processId: number;
    role: string;
    queues: Record<string, number>;
    /** What its ledger has to give; absent for one without a ledger. */
    capacity?: Capacity;
  },
): Promise<void> {
  const { id, host, processId, role, queues, capacity } = worker;
  await db.query(
    `insert into workers (id, host, process_id, role, queues, capacity) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set seen_at = now(), stopped_at = null`,
    [
      id,
      host,
      processId,
      role,
      JSON.stringify(queues),
      capacity === undefined ? null : JSON.stringify(capacity),
    ],
  );
}

/** Workers report each 4 s; unseen for 12 s means dead (jobs.md §4). */
export async function reportWorker(db: Queryable, id: string): Promise<void> {
  await db.query(`update workers set seen_at = now() where id = $1`, [id]);
}

export async function recordWorkerStopped(db: Queryable, id: string): Promise<void> {
  await db.query(`update workers set stopped_at = now() where id = $1`, [id]);
}

export async function listLiveWorkers(db: Queryable): Promise<WorkerRow[]> {
  const { rows } = await db.query<WorkerRow>(
    `select id, host, process_id as "processId", role, queues, started_at as "startedAt", seen_at as "seenAt",
       stopped_at as "stoppedAt" from workers
     where stopped_at is null and seen_at > now() - interval '12 seconds' order by started_at`,
  );
  return rows;
}
