import type { CustomRule, RuleProfile } from './custom-rules.js';

/** The parts of a stored profile that say which of people's rules it follows. */
export interface ProfileRules {
  id: string;
  name: string;
  rules: readonly { ruleId: string; score: number | null }[];
  minimumScore: number;
}

/** A profile that names no rule and no score follows the built-in ones of its kind of item: undefined. */
export function ruleProfileOf(
  { id, name, rules, minimumScore }: ProfileRules,
  known: readonly CustomRule[],
): RuleProfile | undefined {
  if (rules.length === 0 && minimumScore === 0) return undefined;
  const byId = new Map(known.map((rule) => [rule.id, rule]));
  return {
    id,
    name,
    minimumScore,
    rules: rules.flatMap(({ ruleId, score }) => {
      const rule = byId.get(ruleId);
      if (rule === undefined) return [];
      return [score === null ? { rule } : { rule, score }];
    }),
  };
}
