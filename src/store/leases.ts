import type { Capacity, LeaseNeeds } from '../domain/jobs/leases.js';
import type { Quarantine } from '../domain/media/capabilities.js';
import type { Database, Queryable } from './database.js';

/** What a worker's ledger has given, offered to one who was told of it, or keeps for one that waits for long. */
export interface LeaseRow {
  /** Unique within its worker. */
  id: string;
  kind: 'lease' | 'offer' | 'hold';
  jobId: string;
  step: string;
  queue: string;
  needs: LeaseNeeds;
  since: Date;
}

/** The rows become what the ledger says; they only show it. */
export async function mirrorLeases(
  db: Database,
  { workerId, leases }: { workerId: string; leases: readonly LeaseRow[] },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('delete from resource_leases where worker_id = $1', [workerId]);
    await tx.query(
      `insert into resource_leases (worker_id, id, kind, job_id, step, queue, needs, since)
       select $1, l.id, l.kind, l."jobId", l.step, l.queue, l.needs, l.since
       from jsonb_to_recordset($2) as l (id text, kind text, "jobId" text, step text, queue text, needs jsonb, since timestamptz)`,
      [workerId, JSON.stringify(leases)],
    );
  });
}

/** A worker that has ended holds nothing. */
export async function removeLeasesOfDeadWorkers(db: Queryable, unseenMs: number): Promise<void> {
  await db.query(
    `delete from resource_leases l using workers w where w.id = l.worker_id
       and (w.stopped_at is not null or w.seen_at < now() - $1 * interval '1 millisecond')`,
    [unseenMs],
  );
}

/** What each living worker's ledger has to give. */
export interface LedgerRow {
  workerId: string;
  host: string;
  role: string;
  queues: Record<string, number>;
  capacity: Capacity;
  /** Of its card. */
  quarantine: Quarantine | null;
}

const ALIVE = `w.stopped_at is null and w.seen_at > now() - interval '12 seconds'`;

export async function listLedgers(db: Queryable): Promise<LedgerRow[]> {
  const { rows } = await db.query<LedgerRow>(
    `select w.id as "workerId", w.host, w.role, w.queues, w.capacity,
       nullif(w.capabilities -> 'quarantine', 'null'::jsonb) as quarantine from workers w
     where w.capacity is not null and ${ALIVE} order by w.started_at, w.id`,
  );
  return rows;
}

export async function listLeases(db: Queryable): Promise<(LeaseRow & { workerId: string })[]> {
  const { rows } = await db.query<LeaseRow & { workerId: string }>(
    `select l.worker_id as "workerId", l.id, l.kind, l.job_id as "jobId", l.step, l.queue, l.needs, l.since
     from resource_leases l join workers w on w.id = l.worker_id where ${ALIVE} order by l.since, l.id`,
  );
  return rows;
}

/** Of the workers that are alive; undefined where none of them has a card. */
export async function largestCardMb(db: Queryable): Promise<number | undefined> {
  const { rows } = await db.query<{ vramMb: number | null }>(
    `select max((w.capacity ->> 'vramMb')::int) as "vramMb" from workers w
     where (w.capacity ->> 'vramMb')::int > 0 and ${ALIVE}`,
  );
  return rows[0]?.vramMb ?? undefined;
}
