import type { QuietRule } from '../domain/jobs/quiet.js';
import type { Queryable } from './database.js';

export interface QuietRuleRow extends QuietRule {
  /** It holds since then, by the last look. */
  quietSince: Date | null;
  detail: string | null;
  createdAt: Date;
}

const COLUMNS = `id, name, quiet_when as "when", queues, downloads, enabled, quiet_since as "quietSince", detail,
  created_at as "createdAt"`;

export async function listQuietRules(db: Queryable): Promise<QuietRuleRow[]> {
  const { rows } = await db.query<QuietRuleRow>(`select ${COLUMNS} from quiet_rules order by name`);
  return rows;
}

export async function findQuietRule(db: Queryable, id: string): Promise<QuietRuleRow | undefined> {
  const { rows } = await db.query<QuietRuleRow>(`select ${COLUMNS} from quiet_rules where id = $1`, [id]);
  return rows[0];
}

export async function saveQuietRule(db: Queryable, rule: QuietRule): Promise<void> {
  await db.query(
    `insert into quiet_rules (id, name, quiet_when, queues, downloads, enabled) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set name = $2, quiet_when = $3, queues = $4, downloads = $5, enabled = $6`,
    [rule.id, rule.name, JSON.stringify(rule.when), rule.queues, rule.downloads, rule.enabled],
  );
}

export async function deleteQuietRule(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from quiet_rules where id = $1', [id]);
  return rowCount === 1;
}

/** The watcher looks now, not at its time. */
export async function callQuietWatcher(db: Queryable): Promise<void> {
  await db.query(`select pg_notify('longplay_quiet', '')`);
}

/** `detail` null: it does not hold. */
export async function recordQuiet(db: Queryable, id: string, detail: string | null): Promise<void> {
  await db.query(
    `update quiet_rules set quiet_since = case when $2::text is not null then coalesce(quiet_since, now()) end, detail = $2
     where id = $1 and (detail is distinct from $2 or (quiet_since is null) <> ($2::text is null))`,
    [id, detail],
  );
}

/** A queue's name, or `downloads`. */
export type QuietScope = string;

export async function quietScopes(db: Queryable): Promise<Map<QuietScope, { ours: boolean }>> {
  const { rows } = await db.query<{ scope: string; ours: boolean }>('select scope, ours from quiet_scopes');
  return new Map(rows.map(({ scope, ours }) => [scope, { ours }]));
}

export async function beginScope(db: Queryable, scope: QuietScope, ours: boolean): Promise<void> {
  await db.query(`insert into quiet_scopes (scope, ours) values ($1, $2) on conflict do nothing`, [
    scope,
    ours,
  ]);
}

export async function endScope(db: Queryable, scope: QuietScope): Promise<void> {
  await db.query(`delete from quiet_scopes where scope = $1`, [scope]);
}

/** Open jobs that execute a step on the queue, or follow a download, and that the rules have not paused before. */
export async function disturbing(db: Queryable, scope: QuietScope): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select j.id from jobs j where j.outcome_status is null and j.paused_at is null
       and case when $1 = 'downloads' then j.type = 'monitor_download'
         else exists (select from job_attempts a where a.job_id = j.id and a.ended_at is null and a.queue = $1) end
       and not exists (select from quiet_pauses p where p.job_id = j.id)
     order by j.id`,
    [scope],
  );
  return rows.map(({ id }) => id);
}

export async function recordQuietPause(db: Queryable, jobId: string, scope: QuietScope): Promise<void> {
  await db.query(`insert into quiet_pauses (job_id, scope) values ($1, $2) on conflict (job_id) do nothing`, [
    jobId,
    scope,
  ]);
}

/** Jobs of a scope that the rules have paused and that nobody has resumed or paused anew. */
export async function pausedByRules(db: Queryable, scope: QuietScope, by: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select j.id from quiet_pauses p join jobs j on j.id = p.job_id
     where p.scope = $1 and j.outcome_status is null and (j.paused_by = $2 or (j.paused_at is null and exists (
       select from job_wishes w where w.job_id = j.id and w.kind = 'pause' and w.made_by = $2 and w.accepted_at is null)))`,
    [scope, by],
  );
  return rows.map(({ id }) => id);
}

export async function forgetQuietPauses(db: Queryable, scope: QuietScope): Promise<void> {
  await db.query(`delete from quiet_pauses where scope = $1`, [scope]);
}
