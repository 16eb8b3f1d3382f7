import type { MatchedRule } from './custom-rules.js';
import { refuse, type Rejection } from './rejection.js';
import type { RuleFacts } from './rule-facts.js';

/** What people's own rules refuse (acquisition.md §3.3). */
export const customRules = [mustRule, mustNotRule, scoreRule] as const;

function mustRule({ custom }: RuleFacts): Rejection | undefined {
  if (custom.missing.length === 0) return undefined;
  return refuse('MUST_TERM', `expected a match of ${named(custom.missing)}`);
}

function mustNotRule({ custom }: RuleFacts): Rejection | undefined {
  if (!custom.matched.some(isRefusing)) return undefined;
  return refuse('MUST_NOT_TERM', `matches ${named(custom.matched.filter(isRefusing))}`);
}

function scoreRule({ custom }: RuleFacts): Rejection | undefined {
  if (custom.score >= custom.minimumScore) return undefined;
  return refuse(
    'CUSTOM_SCORE',
    `scores ${custom.score} by the rules, at least ${custom.minimumScore} are expected`,
  );
}

function isRefusing({ effect }: MatchedRule): boolean {
  return effect === 'must_not';
}

function named(rules: readonly { name: string }[]): string {
  return rules.map(({ name }) => `the rule "${name}"`).join(', ');
}
