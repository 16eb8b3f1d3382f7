import { availabilityRules } from './availability-rules.js';
import { isBlocked, normalizeInfoHash } from './blocklist.js';
import { customRules } from './custom-rule-rules.js';
import { editionRules } from './edition-rules.js';
import { fileRules } from './file-rules.js';
import { identityRules } from './identity-rules.js';
import { refuse, type Rejection, type RejectionCode } from './rejection.js';
import type { RuleFacts } from './rule-facts.js';
import { sizeRules } from './size-rules.js';
import { typeRule } from './type-rule.js';
import { videoRules } from './video-rules.js';

type Rule = (facts: RuleFacts) => Rejection | undefined;

const MATCH_CODES: readonly RejectionCode[] = [
  'WRONG_TYPE',
  'TITLE_MISMATCH',
  'AUTHOR_MISMATCH',
  'VOLUME_CONFLICT',
];

const RULES: readonly Rule[] = [
  typeRule,
  ...identityRules,
  ...videoRules,
  ...editionRules,
  ...sizeRules,
  ...fileRules,
  blocklistRule,
  grabbedRule,
  ...customRules,
  ...availabilityRules,
];

/** Every rule that the release breaks, in the order of §3.3. */
export function applyHardRules(facts: RuleFacts): Rejection[] {
  const rejections: Rejection[] = [];
  for (const rule of RULES) {
    const rejection = rule(facts);
    if (rejection !== undefined) rejections.push(rejection);
  }
  return rejections;
}

/** True where the release is another item: then it earns no match points either (§3.4). */
export function isOtherItem(rejections: readonly Rejection[]): boolean {
  return rejections.some(({ code }) => MATCH_CODES.includes(code));
}

function blocklistRule({ release, blocklist }: RuleFacts): Rejection | undefined {
  return isBlocked(release, blocklist) ? refuse('BLOCKLISTED', 'proved bad for this item before') : undefined;
}

function grabbedRule({ release, grabbed }: RuleFacts): Rejection | undefined {
  if (grabbed.length === 0) return undefined;
  const hash = normalizeInfoHash(release.infoHash);
  const before = grabbed.some(
    (earlier) =>
      (hash !== undefined && normalizeInfoHash(earlier.infoHash) === hash) ||
      (earlier.indexerId === release.indexerId && earlier.guid === release.guid),
  );
  return before ? refuse('ALREADY_GRABBED', 'was fetched for this request before') : undefined;
}
