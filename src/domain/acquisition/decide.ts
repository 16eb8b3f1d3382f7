import { matchAuthors, splitAuthors } from './author-match.js';
import { compareReleases, firstDifference, type Comparable, type MatchClass } from './compare.js';
import { editionFit } from './edition-fit.js';
import { applyHardRules, isOtherItem } from './hard-rules.js';
import { mainTitle } from './normalize-title.js';
import { parseReleaseTitle } from './parse-release-title.js';
import type { Preferences } from './preferences.js';
import type { MediaItem, Release } from './release.js';
import type { RankedIndexer, Rejection, RuleFacts } from './rule-facts.js';
import { LOWEST_ACCEPTED_SCORE, scoreRelease, type ScoreParts } from './score.js';
import { matchTitle } from './title-match.js';

/** Raised whenever a rule, a point or a comparer changes: a stored decision says by which rules it was made. */
export const RULES_VERSION = 2;

export interface DecisionInput {
  item: MediaItem;
  releases: readonly Release[];
  indexers: readonly RankedIndexer[];
  /** Keys from blocklist.ts that are blocked for the item. */
  blocklist: readonly string[];
  /** What this request fetched before. */
  grabbed: readonly { indexerId: string; guid: string; infoHash?: string | null }[];
  /** Protocols that an enabled download client fetches. */
  protocols: readonly Release['protocol'][];
  preferred?: Preferences;
  /** Milliseconds since the epoch. */
  now: number;
}

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
  rejections: Rejection[];
  /** One sentence: why this one, or why not. */
  why: string;
}

export interface Decision {
  /** Accepted ones by rank, then rejected ones in the order that they would have had. */
  candidates: Candidate[];
  rulesVersion: number;
}

interface Judged extends Comparable {
  rejections: Rejection[];
}

/**
 * Ranks every release and says why (acquisition.md §3.3–3.5). Pure: the order of the input does not matter, and a
 * repetition gives the same answer.
 */
export function decide(input: DecisionInput): Decision {
  const judged = firstOfEachGuid(input.releases).map((release) => judge(release, input));
  const sorted = judged.toSorted(
    (a, b) => Number(isRejected(a)) - Number(isRejected(b)) || compareReleases(a, b),
  );
  const groups = groupByHash(sorted);
  const ahead = groups.map(([first]) => first);
  const candidates = groups.map(([first, ...others], at) => toCandidate({ first, others, at, ahead }));
  return { candidates, rulesVersion: RULES_VERSION };
}

function judge(release: Release, input: DecisionInput): Judged {
  const facts = readFacts(release, input);
  const rejections = applyHardRules(facts);
  const score = scoreRelease(facts, { otherItem: isOtherItem(rejections) });
  if (!isOtherItem(rejections) && score.base < LOWEST_ACCEPTED_SCORE) rejections.push(lowMatch(score));
  return { facts, rejections, score, matchClass: classOf(facts), editionFit: editionFit(facts) };
}

function readFacts(release: Release, input: DecisionInput): RuleFacts {
  const { item, indexers, blocklist, grabbed, protocols, preferred, now } = input;
  return {
    ...{ item, release, grabbed, protocols, now },
    indexer: indexers.find(({ id }) => id === release.indexerId),
    parsed: parseReleaseTitle(release.title, knownPhrases(item)),
    title: matchTitle(item, release),
    author: matchAuthors(item, release),
    preferences: preferred ?? {},
    blocklist: new Set(blocklist),
  };
}

function knownPhrases({ title, author, series }: MediaItem): string[] {
  return [title, mainTitle(title), series ?? '', ...splitAuthors(author ?? '')];
}

function classOf({ item, parsed, title, author }: RuleFacts): MatchClass {
  if (item.asin !== undefined && parsed.asin === item.asin.toUpperCase()) return 'id';
  const authorsKnown = author.total > 0 && author.matched === author.total;
  return title.complete && authorsKnown ? 'exact' : 'fuzzy';
}

function lowMatch({ base }: ScoreParts): Rejection {
  const detail = `scores ${base} of 100, at least ${LOWEST_ACCEPTED_SCORE} are expected`;
  return { code: 'LOW_MATCH', permanent: true, detail };
}

function isRejected({ rejections }: Judged): boolean {
  return rejections.length > 0;
}

/** An indexer tells one release again in a later tier; which telling is kept must not depend on their order. */
function firstOfEachGuid(releases: readonly Release[]): Release[] {
  const kept = new Map<string, { release: Release; text: string }>();
  for (const release of releases) {
    const key = JSON.stringify([release.indexerId, release.guid]);
    const text = JSON.stringify(Object.entries(release).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const other = kept.get(key);
    if (other === undefined || text < other.text) kept.set(key, { release, text });
  }
  return [...kept.values()].map(({ release }) => release);
}

/** One torrent is one candidate, whoever offers it; the best offer stands first (§3.1 "Dedup"). */
function groupByHash(sorted: readonly Judged[]): [Judged, ...Judged[]][] {
  const groups = new Map<string, [Judged, ...Judged[]]>();
  for (const judged of sorted) {
    const { infoHash, indexerId, guid } = judged.facts.release;
    const key = infoHash === undefined ? JSON.stringify([indexerId, guid]) : infoHash.toLowerCase();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [judged]);
    else group.push(judged);
  }
  return [...groups.values()];
}

function toCandidate({
  first,
  others,
  at,
  ahead,
}: {
  first: Judged;
  others: Judged[];
  at: number;
  ahead: Judged[];
}): Candidate {
  const alsoAt = others.map(({ facts: { release } }) => ({
    indexerId: release.indexerId,
    guid: release.guid,
  }));
  return {
    release: withoutLinks(first.facts.release),
    alsoAt,
    rank: isRejected(first) ? null : at + 1,
    class: first.matchClass,
    score: first.score,
    rejections: first.rejections,
    why: explain(first, ahead[at - 1]),
  };
}

function withoutLinks({ downloadUrl: _download, magnetUrl: _magnet, ...release }: Release): PublicRelease {
  return release;
}

function explain(judged: Judged, better: Judged | undefined): string {
  const { rejections, score, matchClass, facts } = judged;
  if (rejections.length > 0) return `Refused: ${rejections.map(({ detail }) => detail).join('; ')}.`;
  const points = `${matchClass} match, ${score.base} of 100 points`;
  const source = facts.indexer?.name ?? facts.release.indexerId;
  if (better === undefined) return `Best of all accepted releases: ${points}, from ${source}.`;
  return `Accepted (${points}), behind "${better.facts.release.title}": worse ${firstDifference(better, judged)}.`;
}
