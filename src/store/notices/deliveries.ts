import type { MediaItem } from '../../domain/acquisition/release.js';
import type { NoticeEvent } from '../../domain/notices/event.js';
import type { Database, Queryable } from '../database.js';

export const NOTICE_STATES = ['waiting', 'sent', 'given_up'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

export interface NoticeRow {
  id: number;
  key: string;
  subject: string;
  requestId: string | null;
  event: NoticeEvent;
  targetId: string;
  title: string | null;
  detail: string | null;
  item: MediaItem | null;
  requestedBy: string | null;
  state: NoticeState;
  tries: number;
  lastError: string | null;
  createdAt: Date;
  endedAt: Date | null;
}

const COLUMNS = `n.id, n.key, n.subject, n.request_id as "requestId", n.event, n.target_id as "targetId", n.title, n.detail,
  r.item, r.created_by as "requestedBy", n.state, n.tries, n.last_error as "lastError", n.created_at as "createdAt",
  n.ended_at as "endedAt"`;

const FROM = 'from notices n left join requests r on r.id = n.request_id';

/** In the order in which they were written. */
export async function waitingNotices(
  db: Queryable,
  { targetId, limit }: { targetId: string; limit: number },
): Promise<NoticeRow[]> {
  const { rows } = await db.query<NoticeRow>(
    `select ${COLUMNS} ${FROM} where n.target_id = $1 and n.state = 'waiting' order by n.id limit $2`,
    [targetId, limit],
  );
  return rows;
}

/** `missed`: who does not get it though others do, in words. */
export async function recordSent(
  db: Database,
  { id, targetId, missed }: { id: number; targetId: string; missed: string | null },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `update notices set state = 'sent', tries = tries + 1, last_error = $2, ended_at = now()
       where id = $1 and state = 'waiting'`,
      [id, missed],
    );
    await tx.query(
      `update notification_targets set failures = 0, retry_at = null, last_error = $2, last_sent_at = now() where id = $1`,
      [targetId, missed],
    );
  });
}

export interface FailedDelivery {
  id: number;
  targetId: string;
  error: string;
  waitMs: number;
  giveUp: boolean;
}

export async function recordFailedTry(db: Database, failed: FailedDelivery): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `update notices set tries = tries + 1, last_error = $2, state = case when $3 then 'given_up' else state end,
         ended_at = case when $3 then now() end where id = $1 and state = 'waiting'`,
      [failed.id, failed.error, failed.giveUp],
    );
    await tx.query(
      `update notification_targets set failures = failures + 1, last_error = $2,
         retry_at = now() + $3 * interval '1 millisecond' where id = $1`,
      [failed.targetId, failed.error, failed.waitMs],
    );
  });
}

/** A target that is switched off is not tried; what waits for it becomes stale all the same. */
export async function giveUpStale(db: Queryable, days: number): Promise<void> {
  await db.query(
    `update notices n set state = 'given_up', ended_at = now(), last_error = coalesce(n.last_error, 'its target is disabled')
     from notification_targets t
     where t.id = n.target_id and not t.enabled and n.state = 'waiting' and n.created_at < now() - $1 * interval '1 day'`,
    [days],
  );
}

export interface NoticePage {
  rows: NoticeRow[];
  next: { createdAt: string; id: string } | null;
}

/** Newest first, by keyset on (created_at, id). */
export async function listNotices(
  db: Queryable,
  page: {
    states?: readonly NoticeState[] | undefined;
    targetId?: string | undefined;
    after?: { createdAt: string; id: string } | undefined;
    limit: number;
  },
): Promise<NoticePage> {
  const { rows } = await db.query<NoticeRow & { at: string }>(
    `select ${COLUMNS}, to_char(n.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at ${FROM}
     where ($1::text[] is null or n.state = any($1)) and ($2::text is null or n.target_id = $2)
       and ($3::timestamptz is null or (n.created_at, n.id) < ($3, $4::bigint))
     order by n.created_at desc, n.id desc limit $5`,
    [
      page.states ?? null,
      page.targetId ?? null,
      page.after?.createdAt ?? null,
      page.after?.id ?? null,
      page.limit + 1,
    ],
  );
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined;
  return {
    rows: rows.slice(0, page.limit).map(({ at: _at, ...row }) => row),
    next: last === undefined ? null : { createdAt: last.at, id: String(last.id) },
  };
}
