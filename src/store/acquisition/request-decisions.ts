import type { DecisionKind } from '../../domain/acquisition/request-decision.js';
import type { Database, Queryable } from '../database.js';
import { writeRequestNotice } from '../notices/outbox.js';

export interface StoredDecision {
  id: string;
  jobId: string;
  kind: DecisionKind;
  madeBy: string;
  reason: string | null;
}

export async function insertDecision(db: Queryable, decision: StoredDecision): Promise<void> {
  await db.query(
    `insert into request_decisions (id, job_id, kind, made_by, reason) values ($1, $2, $3, $4, $5)`,
    [decision.id, decision.jobId, decision.kind, decision.madeBy, decision.reason],
  );
}

/** One that its request has refused was never made. */
export async function deleteDecision(db: Queryable, id: string): Promise<void> {
  await db.query(`delete from request_decisions where id = $1`, [id]);
}

export async function findDecision(db: Queryable, id: string): Promise<StoredDecision | undefined> {
  const { rows } = await db.query<StoredDecision>(
    `select id, job_id as "jobId", kind, made_by as "madeBy", reason from request_decisions where id = $1`,
    [id],
  );
  return rows[0];
}

/** Once: who approved first is who approved it. */
export async function recordApproval(
  db: Database,
  { requestId, by }: { requestId: string; by: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update requests set approved_at = now(), approved_by = $2 where id = $1 and approved_at is null`,
      [requestId, by],
    );
    if (rowCount === 1) await writeRequestNotice(tx, { requestId, event: 'approved', detail: null });
  });
}

export async function recordSearchTerms(
  db: Queryable,
  { jobId, terms }: { jobId: string; terms: string | null },
): Promise<void> {
  await db.query(`update requests set search_terms = $2 where job_id = $1`, [jobId, terms]);
}

/** The rule of everybody who has none of their own. */
export const EVERYBODY = '*';

export interface ApprovalRule {
  principal: string;
  autoApprove: boolean;
}

export async function listApprovalRules(db: Queryable): Promise<ApprovalRule[]> {
  const { rows } = await db.query<ApprovalRule>(
    `select principal, auto_approve as "autoApprove" from approval_rules order by principal`,
  );
  return rows;
}

/** Somebody's own rule, else everybody's, else none is needed (acquisition.md §7.3). */
export async function isAutoApproved(db: Queryable, principal: string): Promise<boolean> {
  const rules = await listApprovalRules(db);
  const ruleOf = (name: string): boolean | undefined =>
    rules.find((rule) => rule.principal === name)?.autoApprove;
  return ruleOf(principal) ?? ruleOf(EVERYBODY) ?? true;
}

/** null takes the rule away. */
export async function saveApprovalRule(
  db: Queryable,
  { principal, autoApprove }: { principal: string; autoApprove: boolean | null },
): Promise<void> {
  if (autoApprove === null) {
    await db.query(`delete from approval_rules where principal = $1`, [principal]);
    return;
  }
  await db.query(
    `insert into approval_rules (principal, auto_approve) values ($1, $2)
     on conflict (principal) do update set auto_approve = $2, changed_at = now()`,
    [principal, autoApprove],
  );
}

export interface Requester {
  name: string;
  askedAt: Date;
}

export async function requestersOf(db: Queryable, jobId: string): Promise<Requester[]> {
  const { rows } = await db.query<Requester>(
    `select name, asked_at as "askedAt" from request_requesters where job_id = $1 order by asked_at, name`,
    [jobId],
  );
  return rows;
}

/** Also before the request's job has begun; false when the name stands there already. */
export async function addRequester(
  db: Queryable,
  { jobId, name }: { jobId: string; name: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into request_requesters (job_id, name) values ($1, $2) on conflict do nothing`,
    [jobId, name],
  );
  return rowCount === 1;
}

/** How many are left; undefined when the name did not stand there. */
export async function removeRequester(
  db: Queryable,
  { jobId, name }: { jobId: string; name: string },
): Promise<number | undefined> {
  const { rowCount } = await db.query(`delete from request_requesters where job_id = $1 and name = $2`, [
    jobId,
    name,
  ]);
  return rowCount === 1 ? (await requestersOf(db, jobId)).length : undefined;
}
