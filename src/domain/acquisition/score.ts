import { preferredKbps } from './preferences.js';
import type { ReleaseFormat } from './release-format.js';
import type { RuleFacts } from './rule-facts.js';
import { averageKbps, MEBIBYTE } from './size-rules.js';
import { DEFAULT_QUALITY_PROFILE, qualityPlace } from './video-quality.js';

/** The base score explains a release and is a threshold; it never ranks alone and is never multiplied (§3.4). */
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
  const [format, size, seeders] = [formatPoints(facts), sizePoints(facts), seederPoints(facts)];
  return {
    match: tenths(match),
    format: tenths(format),
    size: tenths(size),
    seeders: tenths(seeders),
    base: tenths(match + format + size + seeders),
  };
}

/** Title and author; where the item names no author, the title speaks for both. */
function matchPoints({ title, author, scoring }: RuleFacts): number {
  const titleShare = title.complete ? 1 : title.likeness;
  const authorShare =
    author.total === 0 ? titleShare : Math.max(author.matched / author.total, author.likeness);
  return titleShare * scoring.titlePoints + authorShare * scoring.authorPoints;
}

/** Points of the best format that a release offers. */
function formatPoints(facts: RuleFacts): number {
  const { item, parsed, preferences } = facts;
  switch (item.mediaType) {
    case 'audiobook':
      return audioPoints(facts);
    case 'ebook':
      return wishedPoints({ formats: parsed.formats, wished: preferences.formats ?? ['epub'], other: 0 });
    case 'movie':
    case 'episode':
      return picturePoints(facts);
  }
}

function audioPoints({ parsed, preferences, scoring }: RuleFacts): number {
  const { formats, withoutChapters } = parsed;
  const { audioFormats, otherFormat: other } = scoring;
  const best =
    preferences.formats === undefined
      ? Math.max(other, ...formats.map((format) => audioFormats[format] ?? other))
      : wishedPoints({ formats, wished: preferences.formats, other });
  return best === 10 && withoutChapters ? scoring.withoutChapters : best;
}

/** The first wish gets 10, each further one 2 less. */
function wishedPoints({
  formats,
  wished,
  other,
}: {
  formats: readonly ReleaseFormat[];
  wished: readonly ReleaseFormat[];
  other: number;
}): number {
  const points = formats.map((format) => {
    const place = wished.indexOf(format);
    return place === -1 ? other : Math.max(2, 10 - 2 * place);
  });
  return Math.max(other, ...points);
}

function picturePoints(facts: RuleFacts): number {
  const { places } = facts.preferences.quality ?? DEFAULT_QUALITY_PROFILE;
  return 10 * (1 - picturePlace(facts) / Math.max(1, places.length));
}

/** The place of a film's picture in the quality ranking, 0 for the best. */
export function picturePlace({ parsed, preferences }: RuleFacts): number {
  return qualityPlace(preferences.quality ?? DEFAULT_QUALITY_PROFILE, parsed.video ?? {});
}

function sizePoints(facts: RuleFacts): number {
  const { item, release, parsed, preferences, scoring } = facts;
  if (item.mediaType === 'ebook' && release.sizeBytes > 0)
    return ebookSizeShare(release.sizeBytes / MEBIBYTE) * scoring.sizePoints;
  const kbps = averageKbps(facts) ?? (item.mediaType === 'audiobook' ? parsed.bitrateKbps : undefined);
  const preferred = preferredKbps(item, preferences);
  // Unknown is neither near nor far.
  if (kbps === undefined || preferred === undefined) return scoring.sizePoints / 2;
  if (item.mediaType === 'audiobook' && scoring.audioSize === 'mebibytes_per_minute')
    return Math.min(1, mebibytesPerMinute(kbps)) * scoring.sizePoints;
  return Math.min(kbps / preferred, preferred / kbps) * scoring.sizePoints;
}

function mebibytesPerMinute(kbps: number): number {
  return (kbps * 1_000 * 60) / 8 / MEBIBYTE;
}

function ebookSizeShare(mebibytes: number): number {
  if (mebibytes < 5) return 1;
  if (mebibytes <= 15) return 2 / 3;
  return mebibytes <= 20 ? 1 / 3 : 0;
}

function seederPoints({ release, scoring }: RuleFacts): number {
  switch (release.protocol) {
    case 'usenet':
      return scoring.seederPoints;
    case 'torrent':
      return Math.min(scoring.seederPoints, 6 * Math.log10((release.seeders ?? 0) + 1));
    case 'direct':
      return scoring.seederPoints;
  }
}

function tenths(points: number): number {
  return Math.round(points * 10) / 10;
}
