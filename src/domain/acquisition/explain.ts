import { firstDifference, type Comparable, type SortKeys } from './compare.js';
import type { CustomRuleResult } from './custom-rules.js';
import type { Rejection } from './rejection.js';

/** A release in its place. */
type Placed = Comparable & { rejections: readonly Rejection[]; keys: SortKeys };

/** One sentence: why this one, or why not; `better` is the one right before it. */
export function explain(judged: Placed, better: Placed | undefined): string {
  const { rejections, score, matchClass, facts, keys } = judged;
  if (rejections.length > 0) return `Refused: ${rejections.map(({ detail }) => detail).join('; ')}.`;
  const points = [`${matchClass} match`, `${score.base} of 100 points`, ...rulesInWords(facts.custom)].join(
    ', ',
  );
  const source = facts.indexer?.name ?? facts.release.indexerId;
  if (better === undefined) return `Best of all accepted releases: ${points}, from ${source}.`;
  return `Accepted (${points}), behind "${better.facts.release.title}": worse ${firstDifference(better.keys, keys)}.`;
}

/** Every rule that matched, with what it adds. */
function rulesInWords({ matched }: CustomRuleResult): string[] {
  return matched.map(({ name, score }) =>
    score === 0 ? `rule "${name}"` : `${score > 0 ? '+' : ''}${score} by the rule "${name}"`,
  );
}
