import type { MediaItem } from '../../domain/acquisition/release.js';
import type { RequestState } from '../../domain/acquisition/request-state.js';
import type { Queryable } from '../database.js';

/** A request as the board shows it: from its job's creation on, also before the job has opened its row. */
export interface BoardRow {
  jobId: string;
  /** null until the job's first step has run. */
  requestId: string | null;
  item: MediaItem;
  libraryId: string;
  state: RequestState;
  stateDetail: string | null;
  libraryItemId: string | null;
  createdBy: string;
  createdAt: Date;
  changedAt: Date;
}

const STATE = `coalesce(r.state, case j.status when 'cancelled' then 'cancelled' when 'failed' then 'failed' else 'pending' end)`;

const COLUMNS = `j.id as "jobId", r.id as "requestId", coalesce(r.item, j.params -> 'item') as item,
  coalesce(r.library_id, j.params ->> 'libraryId') as "libraryId", ${STATE} as state, r.state_detail as "stateDetail",
  r.library_item_id as "libraryItemId", coalesce(r.created_by, j.created_by) as "createdBy", j.created_at as "createdAt",
  coalesce(r.changed_at, j.created_at) as "changedAt"`;

export interface BoardPage {
  rows: BoardRow[];
  next: { createdAt: string; id: string } | null;
}

/** Newest first, by keyset on the job's (created_at, id). */
export async function listBoard(
  db: Queryable,
  page: {
    states?: RequestState[] | undefined;
    after?: { createdAt: string; id: string } | undefined;
    limit: number;
  },
): Promise<BoardPage> {
  const { rows } = await db.query<BoardRow & { at: string }>(
    `select ${COLUMNS}, to_char(j.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
     from jobs j left join requests r on r.job_id = j.id
     where j.type = 'request' and ($1::text[] is null or ${STATE} = any($1))
       and ($2::timestamptz is null or (j.created_at, j.id) < ($2, $3))
     order by j.created_at desc, j.id desc limit $4`,
    [page.states ?? null, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit + 1],
  );
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined;
  return {
    rows: rows.slice(0, page.limit).map(({ at: _at, ...row }) => row),
    next: last === undefined ? null : { createdAt: last.at, id: last.jobId },
  };
}

/** By the request's own id or its job's. */
export async function findOnBoard(db: Queryable, id: string): Promise<BoardRow | undefined> {
  const { rows } = await db.query<BoardRow>(
    `select ${COLUMNS} from jobs j left join requests r on r.job_id = j.id
     where j.type = 'request' and (j.id = $1 or j.id = (select job_id from requests where id = $1))`,
    [id],
  );
  return rows[0];
}

/** What was ever asked for, by the key of the item, and how its newest request stands. */
export async function requestedKeys(
  db: Queryable,
): Promise<Map<string, { jobId: string; state: RequestState }>> {
  const { rows } = await db.query<{ key: string; jobId: string; state: RequestState }>(
    `select distinct on (j.subject_id) j.subject_id as key, j.id as "jobId", ${STATE} as state
     from jobs j left join requests r on r.job_id = j.id
     where j.type = 'request' and j.subject_id is not null order by j.subject_id, j.created_at desc`,
  );
  return new Map(rows.map(({ key, ...row }) => [key, row]));
}
