import type { Capacity } from '../../domain/jobs/leases.js';
import type { Capabilities } from '../../domain/media/capabilities.js';
import type { Queryable } from '../database.js';

/** What a worker has found out of its host, and what its ledger has to give by that. */
export async function recordCapabilities(
  db: Queryable,
  { workerId, capacity, capabilities }: { workerId: string; capacity: Capacity; capabilities: Capabilities },
): Promise<void> {
  await db.query('update workers set capacity = $2, capabilities = $3 where id = $1', [
    workerId,
    JSON.stringify(capacity),
    JSON.stringify(capabilities),
  ]);
}

export interface CapabilitiesRow extends Capabilities {
  worker: string;
  host: string;
  role: string;
}

/** Of the workers that are alive and have looked. */
export async function listCapabilities(db: Queryable): Promise<CapabilitiesRow[]> {
  const { rows } = await db.query<{ worker: string; host: string; role: string; found: Capabilities }>(
    `select w.id as worker, w.host, w.role, w.capabilities as found from workers w
     where w.capabilities is not null and w.stopped_at is null and w.seen_at > now() - interval '12 seconds'
     order by w.started_at, w.id`,
  );
  return rows.map(({ found, ...worker }) => ({ ...worker, ...found }));
}
