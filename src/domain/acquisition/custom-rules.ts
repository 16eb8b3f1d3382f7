import { Fault } from '../faults.js';
import type { Language } from './language.js';
import type { ParsedReleaseTitle } from './parse-release-title.js';
import { compilePattern } from './pattern.js';
import type { ReleaseFormat } from './release-format.js';
import type { Release } from './release.js';
import type { VideoCodec, VideoResolution, VideoSource } from './video-quality.js';

/** What a release's name or its indexer says of it, yes or no. */
export const RELEASE_FLAGS = ['freeleech', 'repack', 'abridged', 'unabridged', 'dramatised', 'pack'] as const;
export type ReleaseFlag = (typeof RELEASE_FLAGS)[number];

export type RuleCondition = {
  /** Holds where it would not. */
  negate?: boolean;
  /** The rule needs this one; of those that are not required, one is enough. */
  required?: boolean;
} & (
  | { kind: 'title'; pattern: string }
  | { kind: 'flag'; flag: ReleaseFlag }
  /** Both ends included; either may be left out. A release of unknown size is of no range. */
  | { kind: 'size'; minimumBytes?: number; maximumBytes?: number }
  | { kind: 'indexer'; indexerId: string }
  | { kind: 'language'; language: Language }
  | { kind: 'format'; format: ReleaseFormat }
  | { kind: 'source'; source: VideoSource }
  | { kind: 'resolution'; resolution: VideoResolution }
  | { kind: 'codec'; codec: VideoCodec }
);

export type RuleEffect = { kind: 'must' } | { kind: 'must_not' } | { kind: 'score'; score: number };

export interface CustomRule {
  id: string;
  name: string;
  conditions: readonly RuleCondition[];
  effect: RuleEffect;
}

/** A named set of rules. A rule may score otherwise here than by itself. */
export interface RuleProfile {
  id: string;
  name: string;
  rules: readonly { rule: CustomRule; score?: number }[];
  /** Below it a release is refused; 0 by default (acquisition.md §3.3). */
  minimumScore: number;
}

export interface MatchedRule {
  id: string;
  name: string;
  effect: RuleEffect['kind'];
  /** What it adds; 0 for one that only refuses. */
  score: number;
}

/** What the rules say of one release; the whole of it is kept with the candidate. */
export interface CustomRuleResult {
  profileId: string | null;
  score: number;
  minimumScore: number;
  matched: readonly MatchedRule[];
  /** Rules without whose match nothing passes. */
  missing: readonly { id: string; name: string }[];
}

/** What the conditions look at. */
export interface RuleSubject {
  release: Release;
  parsed: ParsedReleaseTitle;
  languages: readonly Language[];
}

type Test = (subject: RuleSubject) => boolean;

const NO_RULES: CustomRuleResult = { profileId: null, score: 0, minimumScore: 0, matched: [], missing: [] };

/**
 * Compiles a profile once for many releases.
 * @throws Fault bad_input for a rule that cannot work: a bad pattern, an empty size range, no condition, an id twice.
 */
export function compileRules(profile: RuleProfile | undefined): (subject: RuleSubject) => CustomRuleResult {
  if (profile === undefined) return () => NO_RULES;
  const ids = profile.rules.map(({ rule }) => rule.id);
  const double = ids.find((id, at) => ids.indexOf(id) !== at);
  if (double !== undefined) {
    throw new Fault('bad_input', `Expected each rule once in "${profile.name}", "${double}" is there twice`);
  }
  const rules = profile.rules.map(({ rule, score }) => ({ rule, score, matches: compileRule(rule) }));
  return (subject) => {
    const matched = rules.filter(({ matches }) => matches(subject)).map(toMatched);
    const missing = rules.filter(
      ({ rule }) => rule.effect.kind === 'must' && !matched.some(({ id }) => id === rule.id),
    );
    return {
      profileId: profile.id,
      score: matched.reduce((sum, { score }) => sum + score, 0),
      minimumScore: profile.minimumScore,
      matched,
      missing: missing.map(({ rule: { id, name } }) => ({ id, name })),
    };
  };
}

function toMatched({ rule, score }: { rule: CustomRule; score: number | undefined }): MatchedRule {
  const { id, name, effect } = rule;
  return { id, name, effect: effect.kind, score: effect.kind === 'score' ? (score ?? effect.score) : 0 };
}

/** All that is required, and one of the others where there are others. */
function compileRule(rule: CustomRule): Test {
  if (rule.conditions.length === 0) {
    throw new Fault('bad_input', `Expected conditions in the rule "${rule.name}", it has none`, {
      remedy: 'Add one, or remove the rule',
    });
  }
  const compile = (isRequired: boolean): Test[] =>
    rule.conditions
      .filter(({ required = false }) => required === isRequired)
      .map((condition) => compileCondition(condition, rule));
  const [required, others] = [compile(true), compile(false)];
  return (subject) =>
    required.every((holds) => holds(subject)) &&
    (others.length === 0 || others.some((holds) => holds(subject)));
}

function compileCondition(condition: RuleCondition, rule: CustomRule): Test {
  const test = compileTest(condition, rule);
  return condition.negate === true ? (subject) => !test(subject) : test;
}

function compileTest(condition: RuleCondition, rule: CustomRule): Test {
  switch (condition.kind) {
    case 'title': {
      const pattern = compilePattern(condition.pattern);
      return ({ release }) => pattern.test(release.title);
    }
    case 'flag':
      return (subject) => hasFlag(condition.flag, subject);
    case 'size':
      return compileSize(condition, rule);
    case 'indexer':
      return ({ release }) => release.indexerId === condition.indexerId;
    case 'language':
      return ({ languages }) => languages.includes(condition.language);
    case 'format':
      return ({ parsed }) => parsed.formats.includes(condition.format);
    case 'source':
      return ({ parsed }) => parsed.video?.source === condition.source;
    case 'resolution':
      return ({ parsed }) => parsed.video?.resolution === condition.resolution;
    case 'codec':
      return ({ parsed }) => parsed.video?.codec === condition.codec;
  }
}

function compileSize(
  { minimumBytes = 0, maximumBytes = Number.POSITIVE_INFINITY }: Extract<RuleCondition, { kind: 'size' }>,
  { name }: CustomRule,
): Test {
  if (minimumBytes > maximumBytes || minimumBytes < 0) {
    throw new Fault('bad_input', `Expected a range of sizes that goes upwards in the rule "${name}"`);
  }
  return ({ release: { sizeBytes } }) =>
    sizeBytes > 0 && sizeBytes >= minimumBytes && sizeBytes <= maximumBytes;
}

function hasFlag(flag: ReleaseFlag, { release, parsed }: RuleSubject): boolean {
  switch (flag) {
    case 'freeleech':
      return release.freeleech;
    case 'repack':
      return parsed.revision > 0;
    case 'abridged':
      return parsed.abridged === true;
    case 'unabridged':
      return parsed.abridged === false;
    case 'dramatised':
      return parsed.dramatised;
    case 'pack':
      return parsed.pack;
  }
}
