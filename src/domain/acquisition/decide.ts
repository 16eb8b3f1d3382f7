import { normalizeInfoHash } from './blocklist.js';
import { compareReleases, sortKeys, type Comparable, type MatchClass, type SortKeys } from './compare.js';
import type { CustomRuleResult } from './custom-rules.js';
import type { DecisionInput } from './decision-input.js';
import { applyDelay } from './delay.js';
import { editionFit } from './edition-fit.js';
import { explain } from './explain.js';
import { applyHardRules, isOtherItem } from './hard-rules.js';
import type { ParsedReleaseTitle } from './parse-release-title.js';
import { factsReader, rulesFor, titleParser } from './read-facts.js';
import { refuse, type Rejection } from './rejection.js';
import type { MediaItem, Release } from './release.js';
import type { RuleFacts } from './rule-facts.js';
import { scoreRelease, type ScoreParts } from './score.js';
import { DEFAULT_SCORING } from './scoring-profiles.js';
import { hasSameId } from './video-match.js';
import { isVideo } from './video-rules.js';

export type { DecisionInput } from './decision-input.js';

/** Raised whenever a rule, a point or a comparer changes: a stored decision says by which rules it was made. */
export const RULES_VERSION = 3;

/** A release without its links, which may carry keys. */
export type PublicRelease = Omit<Release, 'downloadUrl' | 'magnetUrl'>;

export interface Candidate {
  release: PublicRelease;
  /** Other places that offer the same torrent, best first; their links fetch the same content. */
  alsoAt: { indexerId: string; guid: string }[];
  /** 1 for the best accepted one; null for a rejected one. */
  rank: number | null;
  class: MatchClass;
  score: ScoreParts;
  /** What was read from its name. */
  parsed: ParsedReleaseTitle;
  /** The rules of people that it matched, and what they add. */
  custom: CustomRuleResult;
  rejections: Rejection[];
  /** One sentence: why this one, or why not. */
  why: string;
}

/** What is true of every candidate and refuses none. */
export interface DecisionNote {
  code: 'UNKNOWN_RUNTIME';
  detail: string;
}

export interface Decision {
  /** Accepted ones by rank, then rejected ones in the order that they would have had. */
  candidates: Candidate[];
  notes: DecisionNote[];
  rulesVersion: number;
  /** By which named figures and rules it was made. */
  profiles: { scoring: string; rules: string | null; delay: string | null };
}

interface Judged extends Comparable {
  rejections: Rejection[];
  keys: SortKeys;
}

/**
 * Ranks every release and says why (acquisition.md §3.3–3.7). Pure: the order of the input does not matter, and a
 * repetition gives the same answer.
 */
export function decide(input: DecisionInput): Decision {
  const read = factsReader(input);
  const judged = firstOfEachGuid(input.releases).map((release) => judge(read(release)));
  applyDelay(judged, { delay: input.delay, parse: titleParser(input.item) });
  const sorted = [false, true].flatMap((refused) =>
    judged.filter((one) => isRejected(one) === refused).sort((a, b) => compareReleases(a.keys, b.keys)),
  );
  return {
    candidates: groupByHash(sorted).map(toCandidate),
    notes: notesOn(input.item),
    rulesVersion: RULES_VERSION,
    profiles: {
      scoring: (input.scoring ?? DEFAULT_SCORING).id,
      rules: rulesFor(input)?.id ?? null,
      delay: input.delay?.profile.id ?? null,
    },
  };
}

/** Sizes are compared by what a minute takes. */
function notesOn({ mediaType, runtimeSeconds }: MediaItem): DecisionNote[] {
  if (mediaType === 'ebook' || runtimeSeconds !== undefined) return [];
  const detail = 'The running time is not known: no size is refused for it, and none is nearer than another.';
  return [{ code: 'UNKNOWN_RUNTIME', detail }];
}

function judge(facts: RuleFacts): Judged {
  const rejections = applyHardRules(facts);
  const otherItem = isOtherItem(rejections);
  const score = scoreRelease(facts, { otherItem });
  const { threshold } = facts.scoring;
  if (!otherItem && score.base < threshold) {
    const detail = `scores ${score.base} of 100, at least ${threshold} are expected`;
    rejections.push(refuse('LOW_MATCH', detail));
  }
  const [matchClass, fit] = [classOf(facts), editionFit(facts)];
  const keys = sortKeys({ facts, score, matchClass, editionFit: fit });
  return { facts, score, matchClass, editionFit: fit, rejections, keys };
}

function classOf({ item, release, parsed, title, author }: RuleFacts): MatchClass {
  if (isVideo(item)) {
    if (hasSameId(item, release)) return 'id';
    return title.complete && (item.year === undefined || parsed.year === item.year) ? 'exact' : 'fuzzy';
  }
  if (item.asin !== undefined && parsed.asin === item.asin.toUpperCase()) return 'id';
  const authorsKnown = author.total > 0 && author.matched === author.total;
  return title.complete && authorsKnown ? 'exact' : 'fuzzy';
}

function isRejected({ rejections }: Judged): boolean {
  return rejections.length > 0;
}

/** An indexer tells one release again in a later tier; which telling is kept must not depend on their order. */
function firstOfEachGuid(releases: readonly Release[]): Release[] {
  const byIndexer = new Map<string, Map<string, Release>>();
  for (const release of releases) {
    const kept = byIndexer.get(release.indexerId) ?? new Map<string, Release>();
    byIndexer.set(release.indexerId, kept);
    const other = kept.get(release.guid);
    if (other === undefined || textOf(release) < textOf(other)) kept.set(release.guid, release);
  }
  return [...byIndexer.values()].flatMap((kept) => [...kept.values()]);
}

function textOf(release: Release): string {
  return JSON.stringify(Object.entries(release).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** One torrent, whoever offers it. */
interface Group {
  /** The best offer. */
  first: Judged;
  others: Judged[];
}

/** One torrent is one candidate; the best offer stands first (§3.1 "Dedup"). */
function groupByHash(sorted: readonly Judged[]): Group[] {
  const groups: Group[] = [];
  const byHash = new Map<string, Group>();
  for (const judged of sorted) {
    const hash = normalizeInfoHash(judged.facts.release.infoHash);
    const known = hash === undefined ? undefined : byHash.get(hash);
    if (known !== undefined) {
      known.others.push(judged);
      continue;
    }
    const group = { first: judged, others: [] };
    groups.push(group);
    if (hash !== undefined) byHash.set(hash, group);
  }
  return groups;
}

function toCandidate({ first, others }: Group, at: number, groups: readonly Group[]): Candidate {
  return {
    release: withoutLinks(first.facts.release),
    alsoAt: others.map(({ facts: { release } }) => ({ indexerId: release.indexerId, guid: release.guid })),
    rank: isRejected(first) ? null : at + 1,
    class: first.matchClass,
    score: first.score,
    parsed: first.facts.parsed,
    custom: first.facts.custom,
    rejections: first.rejections,
    why: explain(first, groups[at - 1]?.first),
  };
}

function withoutLinks(release: Release): PublicRelease {
  if (release.downloadUrl === undefined && release.magnetUrl === undefined) return release;
  const { downloadUrl: _download, magnetUrl: _magnet, ...rest } = release;
  return rest;
}
