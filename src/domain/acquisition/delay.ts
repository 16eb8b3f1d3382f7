import type { Comparable } from './compare.js';
import { judgeDelay, type DelayProfile, type DelayVerdict } from './delay-profile.js';
import type { ParsedReleaseTitle } from './parse-release-title.js';
import { readTitle, type ReadTitle } from './read-title.js';
import { postpone, type Rejection } from './rejection.js';
import type { RuleFacts } from './rule-facts.js';
import { picturePlace } from './score.js';
import { isVideo } from './video-rules.js';

export interface DelayInput {
  profile: DelayProfile;
  /** When the oldest release that is pending for the item became so, milliseconds since the epoch. */
  pendingSince?: number;
  /** The release whose files the library has; absent: it has none. */
  existing?: { title: string };
}

/** Lets what is accepted wait where its profile says so; once one is due, the best of all is taken (§3.7 no. 5, 6). */
export function applyDelay(
  judged: readonly (Comparable & { rejections: Rejection[] })[],
  { delay, parse }: { delay: DelayInput | undefined; parse: (title: ReadTitle) => ParsedReleaseTitle },
): void {
  if (delay === undefined) return;
  const existing = delay.existing === undefined ? undefined : parse(readTitle(delay.existing.title));
  const verdicts = judged
    .filter(({ rejections }) => rejections.length === 0)
    .map((release) => ({ release, verdict: verdictOn(release, { delay, existing }) }));
  if (verdicts.some(({ verdict }) => verdict.verdict === 'accept' && verdict.isDue)) return;
  for (const { release, verdict } of verdicts) {
    if (verdict.verdict === 'wait') release.rejections.push(waitFor(verdict.until, delay.profile));
  }
}

function verdictOn(
  { facts, score }: Comparable,
  { delay, existing }: { delay: DelayInput; existing: ParsedReleaseTitle | undefined },
): DelayVerdict {
  const { pendingSince } = delay;
  return judgeDelay(delay.profile, {
    protocol: facts.release.protocol,
    isInvoked: facts.mode !== 'automatic',
    isBetterRevision: existing !== undefined && isBetterRevision(facts, existing),
    isHighestQuality: isVideo(facts.item) ? picturePlace(facts) === 0 : score.format >= 10,
    score: { base: score.base, custom: facts.custom.score },
    ...(pendingSince === undefined ? {} : { pendingSince }),
    now: facts.now,
  });
}

/** It repairs what is there: the same quality, a later revision. */
function isBetterRevision(facts: RuleFacts, existing: ParsedReleaseTitle): boolean {
  if (facts.parsed.revision <= existing.revision) return false;
  if (isVideo(facts.item)) return picturePlace(facts) === picturePlace({ ...facts, parsed: existing });
  const [own, others] = [facts.parsed.formats, existing.formats];
  return own.length === 0 ? others.length === 0 : own.some((format) => others.includes(format));
}

function waitFor(until: number, { name }: DelayProfile): Rejection {
  const detail = `waits until ${new Date(until).toISOString()} for a better one (delay profile "${name}")`;
  return postpone('DELAY', detail, until);
}
