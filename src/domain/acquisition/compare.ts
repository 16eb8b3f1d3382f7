import { HOUR_MS } from '../durations.js';
import { preferredBytes } from './preferences.js';
import type { RuleFacts } from './rule-facts.js';
import type { ScoreParts } from './score.js';

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
  key: (release: Comparable) => number | string;
}

const MEGABYTE = 1_000_000;

/** Custom rules (no. 5) and video packs (no. 7) join with the pipelines that have them. */
const COMPARERS: readonly Comparer[] = [
  { about: 'match class', key: ({ matchClass }) => MATCH_CLASSES.indexOf(matchClass) },
  { about: 'match of title and author', key: ({ score }) => -Math.round(score.match / 5) },
  { about: 'fit of narrator, edition and language', key: ({ editionFit }) => -editionFit },
  { about: 'format', key: ({ score }) => -score.format },
  { about: 'revision', key: ({ facts }) => -facts.parsed.revision },
  {
    about: 'protocol',
    key: ({ facts }) => Number(facts.release.protocol !== (facts.preferences.protocol ?? 'torrent')),
  },
  { about: 'indexer priority', key: ({ facts }) => facts.indexer?.priority ?? 25 },
  { about: 'download cost at the indexer', key: ({ facts }) => Number(!facts.release.freeleech) },
  { about: 'number of seeders', key: ({ facts }) => -magnitude(facts.release.seeders) },
  { about: 'number of peers', key: ({ facts }) => -magnitude(facts.release.peers) },
  { about: 'age', key: ({ facts }) => -agePoints(facts) },
  { about: 'distance from the preferred size', key: ({ facts }) => sizeDistance(facts) },
  { about: 'place in the alphabet of indexers', key: ({ facts }) => facts.release.indexerId },
  { about: 'place in the alphabet of ids', key: ({ facts }) => facts.release.guid },
];

/** First difference wins (§3.5). Negative: `left` is better. Total: two releases are equal only in indexer and guid. */
export function compareReleases(left: Comparable, right: Comparable): number {
  for (const { key } of COMPARERS) {
    const order = compareKeys(key(left), key(right));
    if (order !== 0) return order;
  }
  return 0;
}

/** In what `worse` first differs from `better`. */
export function firstDifference(better: Comparable, worse: Comparable): string {
  return COMPARERS.find(({ key }) => compareKeys(key(better), key(worse)) !== 0)?.about ?? 'nothing';
}

/** By code units, not by locale: the same on every host. */
function compareKeys(left: number | string, right: number | string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function magnitude(count: number | undefined): number {
  return count === undefined || count <= 0 ? 0 : Math.round(Math.log10(count));
}

/** Usenet alone: posts get lost with age. Protocols differ at an earlier comparer, so both sides are of one kind. */
function agePoints({ release, now }: RuleFacts): number {
  const published = release.publishedAt === undefined ? Number.NaN : Date.parse(release.publishedAt);
  if (release.protocol !== 'usenet' || Number.isNaN(published)) return 0;
  const hours = (now - published) / HOUR_MS;
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
