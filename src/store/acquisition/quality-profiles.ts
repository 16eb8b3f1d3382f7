import type { CustomRule } from '../../domain/acquisition/custom-rules.js';
import type { Preferences } from '../../domain/acquisition/preferences.js';
import type { ScoringProfileId } from '../../domain/acquisition/scoring-profiles.js';
import type { Queryable } from '../database.js';

export interface CustomRuleRow extends CustomRule {
  createdAt: Date;
}

const RULE_COLUMNS = `id, name, conditions, effect, created_at as "createdAt"`;

export async function listCustomRules(db: Queryable): Promise<CustomRuleRow[]> {
  const { rows } = await db.query<CustomRuleRow>(`select ${RULE_COLUMNS} from custom_rules order by name`);
  return rows;
}

export async function findCustomRule(db: Queryable, id: string): Promise<CustomRuleRow | undefined> {
  const { rows } = await db.query<CustomRuleRow>(`select ${RULE_COLUMNS} from custom_rules where id = $1`, [
    id,
  ]);
  return rows[0];
}

export async function saveCustomRule(
  db: Queryable,
  { id, name, conditions, effect }: CustomRule,
): Promise<void> {
  await db.query(
    `insert into custom_rules (id, name, conditions, effect) values ($1, $2, $3, $4)
     on conflict (id) do update set name = $2, conditions = $3, effect = $4`,
    [id, name, JSON.stringify(conditions), JSON.stringify(effect)],
  );
}

export async function deleteCustomRule(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from custom_rules where id = $1', [id]);
  return rowCount === 1;
}

/** What a release for an item of this profile must be, and what makes one better than another. */
export interface QualityProfileRow {
  id: string;
  name: string;
  scoring: ScoringProfileId;
  preferences: Preferences;
  /** `score`: in this profile, null for the rule's own. */
  rules: { ruleId: string; score: number | null }[];
  minimumScore: number;
  createdAt: Date;
}

const PROFILE_COLUMNS = `id, name, scoring, preferences, rules, minimum_score as "minimumScore",
  created_at as "createdAt"`;

export async function listQualityProfiles(db: Queryable): Promise<QualityProfileRow[]> {
  const { rows } = await db.query<QualityProfileRow>(
    `select ${PROFILE_COLUMNS} from quality_profiles order by name`,
  );
  return rows;
}

export async function findQualityProfile(db: Queryable, id: string): Promise<QualityProfileRow | undefined> {
  const { rows } = await db.query<QualityProfileRow>(
    `select ${PROFILE_COLUMNS} from quality_profiles where id = $1`,
    [id],
  );
  return rows[0];
}

export async function saveQualityProfile(
  db: Queryable,
  profile: Omit<QualityProfileRow, 'createdAt'>,
): Promise<void> {
  const { id, name, scoring, preferences, rules, minimumScore } = profile;
  await db.query(
    `insert into quality_profiles (id, name, scoring, preferences, rules, minimum_score) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set name = $2, scoring = $3, preferences = $4, rules = $5, minimum_score = $6`,
    [id, name, scoring, JSON.stringify(preferences), JSON.stringify(rules), minimumScore],
  );
}

export async function deleteQualityProfile(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from quality_profiles where id = $1', [id]);
  return rowCount === 1;
}
