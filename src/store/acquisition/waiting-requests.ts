import type { MediaItem } from '../../domain/acquisition/release.js';
import type { Queryable } from '../database.js';

/** A request that waits for a release. */
export interface WaitingRequest {
  id: string;
  jobId: string;
  item: MediaItem;
  searchTerms: string | null;
  /** A release that would be taken waits for a better one. */
  isPending: boolean;
}

const WAITING = `r.state = 'awaiting_search' and exists
  (select from jobs j where j.id = r.job_id and j.outcome_status is null)`;

export async function waitingRequests(db: Queryable): Promise<WaitingRequest[]> {
  const { rows } = await db.query<WaitingRequest>(
    `select r.id, r.job_id as "jobId", r.item, r.search_terms as "searchTerms", r.pending_since is not null as "isPending"
     from requests r where ${WAITING} order by r.created_at, r.id`,
  );
  return rows;
}

/** Since when the first of them waits; undefined: nobody waits for a release. */
export async function waitingSince(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ since: Date | null }>(
    `select min(r.changed_at) as since from requests r where ${WAITING}`,
  );
  return rows[0]?.since ?? undefined;
}
