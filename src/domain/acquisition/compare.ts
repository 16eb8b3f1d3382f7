import { HOUR_MS } from '../durations.js';
import type { Numbering } from './parse-video-title.js';
import { preferredBytes } from './preferences.js';
import type { RuleFacts } from './rule-facts.js';
import { picturePlace, type ScoreParts } from './score.js';
import { isVideo } from './video-rules.js';

/** How a release was recognized, surest first (§3.5 no. 1). */
export const MATCH_CLASSES = ['id', 'exact', 'fuzzy'] as const;
export type MatchClass = (typeof MATCH_CLASSES)[number];

/** One release with all that ranking looks at. */
export interface Comparable {
  facts: RuleFacts;
  matchClass: MatchClass;
  score: ScoreParts;
  editionFit: number;
}

interface Comparer {
  /** Completes "worse …" in the sentence that explains a place. */
  about: string;
  /** Smaller is better. */
  key: (release: Comparable) => number;
}

/** What a release counts in each comparer, in their order, and what keeps the order of equal ones stable (no. 13). */
export interface SortKeys {
  counts: readonly number[];
  indexerId: string;
  guid: string;
}

const MEGABYTE = 1_000_000;

const COMPARERS: readonly Comparer[] = [
  { about: 'match class', key: ({ matchClass }) => MATCH_CLASSES.indexOf(matchClass) },
  { about: 'match of title and author', key: ({ score }) => -Math.round(score.match / 5) },
  { about: 'fit of narrator, edition and language', key: ({ editionFit }) => -editionFit },
  { about: 'format', key: qualityKey },
  { about: 'revision', key: ({ facts }) => -facts.parsed.revision },
  { about: 'score by the rules', key: ({ facts }) => -facts.custom.score },
  { about: 'protocol', key: ({ facts }) => Number(facts.release.protocol !== preferredProtocol(facts)) },
  { about: 'fit of pack or episode', key: ({ facts }) => packKey(facts) },
  { about: 'number of seasons', key: ({ facts }) => seasonsKey(facts) },
  { about: 'number of episodes', key: ({ facts }) => episodeCount(facts.parsed.video?.numbering) },
  { about: 'first episode', key: ({ facts }) => firstEpisode(facts.parsed.video?.numbering) },
  { about: 'indexer priority', key: ({ facts }) => facts.indexer?.priority ?? 25 },
  { about: 'download cost at the indexer', key: ({ facts }) => Number(!facts.release.freeleech) },
  { about: 'number of seeders', key: ({ facts }) => -magnitude(facts.release.seeders) },
  { about: 'number of peers', key: ({ facts }) => -magnitude(facts.release.peers) },
  { about: 'age', key: ({ facts }) => -agePoints(facts) },
  { about: 'distance from the preferred size', key: ({ facts }) => sizeDistance(facts) },
];

/** Computed once a release: sorting looks at them many times. */
export function sortKeys(release: Comparable): SortKeys {
  const { indexerId, guid } = release.facts.release;
  const counts: number[] = [];
  for (const { key } of COMPARERS) counts.push(key(release));
  return { counts, indexerId, guid };
}

/** First difference wins (§3.5). Negative: `left` is better. Total: two releases are equal only in indexer and guid. */
export function compareReleases(left: SortKeys, right: SortKeys): number {
  for (let at = 0; at < COMPARERS.length; at += 1) {
    const order = (left.counts[at] ?? 0) - (right.counts[at] ?? 0);
    if (order !== 0) return order;
  }
  return compareTexts(left.indexerId, right.indexerId) || compareTexts(left.guid, right.guid);
}

/** In what `worse` first differs from `better`. */
export function firstDifference(better: SortKeys, worse: SortKeys): string {
  const first = COMPARERS.find((_, at) => better.counts[at] !== worse.counts[at]);
  if (first !== undefined) return first.about;
  return better.indexerId === worse.indexerId
    ? 'place in the alphabet of ids'
    : 'place in the alphabet of indexers';
}

/** By code units, not by locale: the same on every host. */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function qualityKey({ facts, score }: Comparable): number {
  return isVideo(facts.item) ? picturePlace(facts) : -score.format;
}

function preferredProtocol({ preferences, delay }: RuleFacts): string {
  return preferences.protocol ?? delay?.preferredProtocol ?? 'torrent';
}

/** A pack where one is wanted, and none where one episode is. */
function packKey({ item, parsed }: RuleFacts): number {
  const isPack = seasonCount(parsed.video?.numbering) > 0;
  return Number(isPack !== (item.episode === undefined));
}

/** All of a show where all is wanted, else the pack that brings the least beside it. */
function seasonsKey({ item, parsed }: RuleFacts): number {
  const count = seasonCount(parsed.video?.numbering);
  return item.season === undefined ? -count : count;
}

function seasonCount(numbering: Numbering | undefined): number {
  switch (numbering?.kind) {
    case 'series':
      return 1_000;
    case 'seasons':
      return numbering.to - numbering.from + 1;
    case 'episodes':
    case 'daily':
    case undefined:
      return 0;
  }
}

function episodeCount(numbering: Numbering | undefined): number {
  return numbering?.kind === 'episodes' ? numbering.episodes.length : 0;
}

function firstEpisode(numbering: Numbering | undefined): number {
  return numbering?.kind === 'episodes' ? Math.min(...numbering.episodes) : 0;
}

function magnitude(count: number | undefined): number {
  return count === undefined || count <= 0 ? 0 : Math.round(Math.log10(count));
}

/** Usenet alone: posts get lost with age. Protocols differ at an earlier comparer, so both sides are of one kind. */
function agePoints({ release, now }: RuleFacts): number {
  if (release.protocol !== 'usenet' || release.publishedAt === undefined) return 0;
  const hours = (now - Date.parse(release.publishedAt)) / HOUR_MS;
  if (Number.isNaN(hours)) return 0;
  if (hours < 1) return 1_000;
  if (hours <= 24) return 100;
  return hours <= 168 ? 10 : -Math.round(Math.log10(hours / 24));
}

/** In steps of 25 MB for audio and 200 MB for video; 0 for all where nothing is preferred. */
function sizeDistance({ item, release, preferences }: RuleFacts): number {
  const preferred = preferredBytes(item, preferences);
  if (preferred === undefined || release.sizeBytes <= 0) return 0;
  const step = (item.mediaType === 'audiobook' ? 25 : 200) * MEGABYTE;
  return Math.round(Math.abs(release.sizeBytes - preferred) / step);
}
