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

/** Its files stand in the library, which does not show them. */
export interface UnconfirmedRequest {
  id: string;
  title: string;
  libraryName: string;
  /** Where it was filed. */
  detail: string | null;
}

export async function unconfirmedRequests(db: Queryable, hours: number): Promise<UnconfirmedRequest[]> {
  const { rows } = await db.query<UnconfirmedRequest>(
    `select r.id, r.item ->> 'title' as title, l.name as "libraryName", r.state_detail as detail
     from requests r join libraries l on l.id = r.library_id join jobs j on j.id = r.job_id
     where r.state = 'downloaded' and r.changed_at < now() - $1 * interval '1 hour' and j.outcome_status is null
     order by r.changed_at, r.id`,
    [hours],
  );
  return rows;
}

/** In the request's timeline, once since it was filed. */
export async function noteUnconfirmed(
  db: Queryable,
  { requestId, detail }: { requestId: string; detail: string },
): Promise<void> {
  await db.query(
    `insert into request_timeline (request_id, state, actor, detail)
     select r.id, r.state, 'longplay', $2 from requests r where r.id = $1 and r.state = 'downloaded'
       and not exists (select from request_timeline t
         where t.request_id = r.id and t.state = 'downloaded' and t.time > r.changed_at + interval '1 minute')`,
    [requestId, detail],
  );
}
