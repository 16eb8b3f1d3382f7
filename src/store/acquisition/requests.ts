import type { MediaItem } from '../../domain/acquisition/release.js';
import { ENDED_STATES, type RequestState } from '../../domain/acquisition/request-state.js';
import { eventOf } from '../../domain/notices/event.js';
import type { Database, Queryable } from '../database.js';
import { writeRequestNotice } from '../notices/outbox.js';

export interface RequestRow {
  id: string;
  jobId: string;
  mediaType: string;
  item: MediaItem;
  libraryId: string;
  state: RequestState;
  stateDetail: string | null;
  libraryItemId: string | null;
  approvedAt: Date | null;
  approvedBy: string | null;
  searchTerms: string | null;
  /** Null: its library's. */
  qualityProfileId: string | null;
  /** Delay profiles are chosen by them. */
  tags: string[];
  /** Since when a release that would be taken waits for a better one. */
  pendingSince: Date | null;
  createdBy: string;
  createdAt: Date;
  changedAt: Date;
}

const COLUMNS = `r.id, r.job_id as "jobId", r.media_type as "mediaType", r.item, r.library_id as "libraryId", r.state,
  r.state_detail as "stateDetail", r.library_item_id as "libraryItemId", r.approved_at as "approvedAt",
  r.approved_by as "approvedBy", r.search_terms as "searchTerms", r.quality_profile_id as "qualityProfileId", r.tags,
  r.pending_since as "pendingSince", r.created_by as "createdBy",
  r.created_at as "createdAt", r.changed_at as "changedAt"`;

/** The request of a job: made once, found again by every later round. */
export async function openRequest(
  db: Database,
  request: Pick<RequestRow, 'id' | 'jobId' | 'item' | 'libraryId'> &
    Partial<Pick<RequestRow, 'qualityProfileId' | 'tags'>>,
): Promise<string> {
  const { id: wishedId, jobId, item, libraryId, qualityProfileId = null, tags = [] } = request;
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      `insert into requests (id, job_id, media_type, item, library_id, quality_profile_id, tags, created_by)
       select $1, $2, $3, $4, $5, $6, $7, j.created_by from jobs j where j.id = $2
       on conflict (job_id) do update set state = 'pending', state_detail = null, changed_at = now(),
         opened_at = case when requests.state = any($8) then now()
                          else requests.opened_at end
       returning id`,
      [
        wishedId,
        jobId,
        item.mediaType,
        JSON.stringify(item),
        libraryId,
        qualityProfileId,
        tags,
        ENDED_STATES,
      ],
    );
    const id = rows[0]?.id ?? wishedId;
    await tx.query(
      `insert into request_requesters (job_id, name) select job_id, created_by from requests where id = $1 on conflict do nothing`,
      [id],
    );
    await writeTimeline(tx, { requestId: id, state: 'pending', actor: 'longplay', detail: null });
    return id;
  });
}

/** Somebody asks again for what came to no good end: it is theirs now, and needs approval by their rule. */
export async function askAgain(db: Queryable, { jobId, by }: { jobId: string; by: string }): Promise<void> {
  await db.query(
    `update requests set created_by = $2, approved_at = null, approved_by = null, changed_at = now() where job_id = $1`,
    [jobId, by],
  );
}

/**
 * Requests whose job has ended, and which the board does not know: they were lost with an older copy of the database.
 * Returns the libraries that may hold what they filed.
 */
export async function restoreRequests(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ libraryId: string }>(
    `insert into requests (id, job_id, media_type, item, library_id, state, state_detail, created_by, created_at)
     select 'req-' || right(j.id, 8), j.id, j.params #>> '{item,mediaType}', j.params -> 'item', j.params ->> 'libraryId',
       case j.outcome_status when 'completed' then 'available' when 'failed' then 'failed' else 'cancelled' end,
       'restored from Temporal', j.created_by, j.created_at
     from jobs j where j.type = 'request' and j.outcome_status is not null and j.recovered_at is not null
       and not exists (select from requests r where r.job_id = j.id)
       and exists (select from libraries l where l.id = j.params ->> 'libraryId')
     on conflict do nothing returning library_id as "libraryId"`,
  );
  return [...new Set(rows.map(({ libraryId }) => libraryId))];
}

/** State and timeline entry in one transaction (acquisition.md §7.2). */
export async function recordRequestState(
  db: Database,
  change: { requestId: string; state: RequestState; actor: string; detail: string | null },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(`update requests set state = $2, state_detail = $3, changed_at = now() where id = $1`, [
      change.requestId,
      change.state,
      change.detail,
    ]);
    await writeTimeline(tx, change);
  });
}

async function writeTimeline(
  tx: Queryable,
  entry: { requestId: string; state: RequestState; actor: string; detail: string | null },
): Promise<void> {
  await tx.query(`insert into request_timeline (request_id, state, actor, detail) values ($1, $2, $3, $4)`, [
    entry.requestId,
    entry.state,
    entry.actor,
    entry.detail,
  ]);
  const event = eventOf(entry.state);
  if (event !== undefined) await writeRequestNotice(tx, { ...entry, event });
}

/** The clock of a delay starts with the first release that waits, and ends when none does. */
export async function recordPending(
  db: Queryable,
  { requestId, isPending }: { requestId: string; isPending: boolean },
): Promise<void> {
  await db.query(
    `update requests set pending_since = case when $2 then coalesce(pending_since, now()) end
     where id = $1 and (pending_since is not null) <> $2`,
    [requestId, isPending],
  );
}

/** What a person changes of a request that is there; what is left out stays. */
export async function saveRequestPolicy(
  db: Queryable,
  policy: { requestId: string; qualityProfileId: string | null; tags: readonly string[] },
): Promise<void> {
  await db.query(`update requests set quality_profile_id = $2, tags = $3, changed_at = now() where id = $1`, [
    policy.requestId,
    policy.qualityProfileId,
    policy.tags,
  ]);
}

export async function linkLibraryItem(
  db: Queryable,
  { requestId, libraryItemId }: { requestId: string; libraryItemId: string },
): Promise<void> {
  await db.query(`update requests set library_item_id = $2 where id = $1`, [requestId, libraryItemId]);
}

/** By the request's own id or its job's. */
export async function findRequest(db: Queryable, id: string): Promise<RequestRow | undefined> {
  const { rows } = await db.query<RequestRow>(
    `select ${COLUMNS} from requests r where r.id = $1 or r.job_id = $1`,
    [id],
  );
  return rows[0];
}

/** Requests of a library in one state, oldest first; with an item, only those that it was found for. */
export async function requestsIn(
  db: Queryable,
  where: { libraryId: string; state: RequestState; libraryItemId?: string },
): Promise<RequestRow[]> {
  const { rows } = await db.query<RequestRow>(
    `select ${COLUMNS} from requests r where r.library_id = $1 and r.state = $2
       and ($3::text is null or r.library_item_id = $3) order by r.created_at, r.id`,
    [where.libraryId, where.state, where.libraryItemId ?? null],
  );
  return rows;
}

export interface TimelineEntry {
  time: Date;
  state: RequestState;
  actor: string;
  detail: string | null;
}

export async function timelineOf(db: Queryable, requestId: string): Promise<TimelineEntry[]> {
  const { rows } = await db.query<TimelineEntry>(
    `select time, state, actor, detail from request_timeline where request_id = $1 order by id`,
    [requestId],
  );
  return rows;
}
