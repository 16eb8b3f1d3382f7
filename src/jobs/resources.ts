import { sumOf, without, type LeaseNeeds } from '../domain/jobs/leases.js';
import type { Quarantine } from '../domain/media/capabilities.js';
import type { Queryable } from '../store/database.js';
import { listLeases, listLedgers, type LeaseRow } from '../store/leases.js';
import { listRoomLine, type RoomLine } from '../store/room.js';

/** What the hosts have, who holds it and who waits for it, as every surface shows it. Times are ISO 8601. */
export interface ResourcesView {
  /** Every worker that is alive and has something to give, each with its own ledger. */
  workers: {
    worker: string;
    host: string;
    role: string;
    queues: Record<string, number>;
    capacity: LeaseNeeds;
    used: LeaseNeeds;
    free: LeaseNeeds;
    /** Why and until when its card is not used. */
    quarantine: Quarantine | null;
  }[];
  /** `offered`: kept for a moment for a step that was told of it. */
  leases: (Holding & { state: 'held' | 'offered' })[];
  /** What is or becomes free is kept for these, which others have passed for ten minutes. */
  holds: Holding[];
  waiting: (Omit<RoomLine, 'since'> & { since: string })[];
}

interface Holding {
  jobId: string;
  step: string;
  queue: string;
  worker: string;
  needs: LeaseNeeds;
  since: string;
}

export async function viewResources(db: Queryable): Promise<ResourcesView> {
  const [ledgers, rows, line] = await Promise.all([listLedgers(db), listLeases(db), listRoomLine(db)]);
  const taken = rows.filter(({ kind }) => kind !== 'hold');
  return {
    workers: ledgers.map(({ workerId, ...ledger }) => {
      const used = sumOf(taken.filter((row) => row.workerId === workerId).map(({ needs }) => needs));
      return { worker: workerId, ...ledger, used, free: without(ledger.capacity, used) };
    }),
    leases: taken.map((row) => ({ ...holding(row), state: row.kind === 'lease' ? 'held' : 'offered' })),
    holds: rows.filter(({ kind }) => kind === 'hold').map(holding),
    waiting: line.map((step) => ({ ...step, since: step.since.toISOString() })),
  };
}

function holding({ jobId, step, queue, workerId, needs, since }: LeaseRow & { workerId: string }): Holding {
  return { jobId, step, queue, worker: workerId, needs, since: since.toISOString() };
}
