import type { MediaRule } from '../../domain/media/media-rule.js';
import type { Queryable } from '../database.js';

export interface MediaRuleRow extends MediaRule {
  createdAt: Date;
  /** Jobs that it has started, and the last of them. */
  jobs: number;
  lastJobId: string | null;
  lastJobAt: Date | null;
}

const SELECT = `select r.id, r.name, r.places, r.filed, r.videos, r.type, r.params, r.priority, r.enabled, r.created_at as "createdAt",
    (select count(*)::int from media_rule_runs n where n.rule_id = r.id and n.job_id is not null) as jobs,
    last.job_id as "lastJobId", last.created_at as "lastJobAt"
  from media_rules r left join lateral (
    select n.job_id, n.created_at from media_rule_runs n where n.rule_id = r.id and n.job_id is not null
    order by n.created_at desc limit 1) last on true`;

export async function listMediaRules(db: Queryable): Promise<MediaRuleRow[]> {
  const { rows } = await db.query<MediaRuleRow>(`${SELECT} order by r.name, r.id`);
  return rows;
}

export async function findMediaRule(db: Queryable, id: string): Promise<MediaRuleRow | undefined> {
  const { rows } = await db.query<MediaRuleRow>(`${SELECT} where r.id = $1`, [id]);
  return rows[0];
}

export async function saveMediaRule(db: Queryable, rule: MediaRule): Promise<void> {
  await db.query(
    `insert into media_rules (id, name, places, filed, videos, type, params, priority, enabled)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (id) do update set name = $2, places = $3, filed = $4, videos = $5, type = $6, params = $7, priority = $8,
       enabled = $9`,
    [
      ...[rule.id, rule.name, rule.places, rule.filed, rule.videos, rule.type],
      ...[JSON.stringify(rule.params), rule.priority, rule.enabled],
    ],
  );
}

export async function deleteMediaRule(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from media_rules where id = $1', [id]);
  return rowCount === 1;
}
