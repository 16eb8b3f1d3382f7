import type { NoticeEvent } from '../../domain/notices/event.js';
import type { Queryable } from '../database.js';

/**
 * One row for each target that wants it, in the transaction of what it tells: neither is there without the other.
 * A repeat writes nothing; another round of the request is told anew.
 */
export async function writeRequestNotice(
  tx: Queryable,
  notice: { requestId: string; event: NoticeEvent; detail: string | null },
): Promise<void> {
  const { rowCount } = await tx.query(
    `insert into notices (subject, request_id, event, target_id, detail)
     select case j.round when 1 then r.id else r.id || '#' || j.round end, r.id, $2, t.id, $3
     from requests r join jobs j on j.id = r.job_id cross join notification_targets t
     where r.id = $1 and t.enabled and $2 = any(t.events) and (t.requester is null or exists
       (select from request_requesters q where q.job_id = r.job_id and q.name = t.requester))
     on conflict (subject, event, target_id) do nothing`,
    [notice.requestId, notice.event, notice.detail],
  );
  await wakeSender(tx, rowCount);
}

/** `subject` names one change, such as a check with the time of its turn: each is told once. Targets of one person get none. */
export async function writeHealthNotice(
  tx: Queryable,
  notice: { subject: string; title: string; detail: string | null },
): Promise<void> {
  const { rowCount } = await tx.query(
    `insert into notices (subject, event, target_id, title, detail)
     select $1, 'health_changed', t.id, $2, $3 from notification_targets t
     where t.enabled and 'health_changed' = any(t.events) and t.requester is null
     on conflict (subject, event, target_id) do nothing`,
    [notice.subject, notice.title, notice.detail],
  );
  // Those of requests go with their request.
  await tx.query(
    `delete from notices where request_id is null and state <> 'waiting' and created_at < now() - interval '30 days'`,
  );
  await wakeSender(tx, rowCount);
}

/** Postgres tells it when the transaction commits. */
async function wakeSender(tx: Queryable, written: number | null): Promise<void> {
  if (written !== null && written > 0) await tx.query(`select pg_notify('longplay_notices', '')`);
}
