import { formatPoints } from './preferences.js';
import type { RuleFacts } from './rule-facts.js';
import { averageKbps, MEBIBYTE } from './size-rules.js';

/** The base score explains a release and is a threshold; it never ranks alone and is never multiplied (§3.4). */
export const LOWEST_ACCEPTED_SCORE = 50;

export interface ScoreParts {
  /** 0 to 60. */
  match: number;
  /** 0 to 10. */
  format: number;
  /** 0 to 15. */
  size: number;
  /** 0 to 15. */
  seeders: number;
  /** Their sum, 0 to 100. */
  base: number;
}

/** Points of one release, each rounded to a tenth. Another item earns no match points, so it ends at 40 at most. */
export function scoreRelease(facts: RuleFacts, { otherItem }: { otherItem: boolean }): ScoreParts {
  const match = otherItem ? 0 : matchPoints(facts);
  const { item, parsed, preferences } = facts;
  const { formats, withoutChapters } = parsed;
  const format = formatPoints({ formats, item, preferences, withoutChapters });
  const [size, seeders] = [sizePoints(facts), seederPoints(facts)];
  return {
    match: tenths(match),
    format,
    size: tenths(size),
    seeders: tenths(seeders),
    base: tenths(match + format + size + seeders),
  };
}

/** Title 45 and author 15; where the item names no author, the title speaks for both. */
function matchPoints({ title, author }: RuleFacts): number {
  const titleShare = title.complete ? 1 : title.likeness;
  const authorShare =
    author.total === 0 ? titleShare : Math.max(author.matched / author.total, author.likeness);
  return titleShare * 45 + authorShare * 15;
}

function sizePoints(facts: RuleFacts): number {
  const { item, release, parsed, preferences } = facts;
  if (item.mediaType === 'ebook' && release.sizeBytes > 0)
    return ebookSizePoints(release.sizeBytes / MEBIBYTE);
  const kbps = item.mediaType === 'audiobook' ? (averageKbps(facts) ?? parsed.bitrateKbps) : undefined;
  // Unknown is neither near nor far.
  if (kbps === undefined) return 7.5;
  const preferred = preferences.bitrateKbps ?? 64;
  return 15 * Math.min(kbps / preferred, preferred / kbps);
}

function ebookSizePoints(mebibytes: number): number {
  if (mebibytes < 5) return 15;
  if (mebibytes <= 15) return 10;
  return mebibytes <= 20 ? 5 : 0;
}

function seederPoints({ release }: RuleFacts): number {
  if (release.protocol === 'usenet') return 15;
  return Math.min(15, 6 * Math.log10((release.seeders ?? 0) + 1));
}

function tenths(points: number): number {
  return Math.round(points * 10) / 10;
}
