import { refuse, type Rejection } from './rejection.js';
import type { RuleFacts } from './rule-facts.js';
import { videoLimits } from './video-quality.js';

export const MEBIBYTE = 1_048_576;

/** Bit rates outside this are another content or a wrong running time (§3.3). */
const LOWEST_KBPS = 24;
const HIGHEST_KBPS = 400;
const HIGHEST_LOSSLESS_KBPS = 1_200;

const SMALLEST_AUDIOBOOK = 20 * MEBIBYTE;
const LARGEST_EBOOK = 20 * MEBIBYTE;

export const sizeRules = [fileSizeRule, tooSmall, tooLarge] as const;

/** Average bit rate in kbit/s, where running time and size are known. Several episodes share the size. */
export function averageKbps({
  item,
  release,
  parsed,
}: Pick<RuleFacts, 'item' | 'release' | 'parsed'>): number | undefined {
  if (item.runtimeSeconds === undefined || item.runtimeSeconds <= 0 || release.sizeBytes <= 0)
    return undefined;
  const numbering = parsed.video?.numbering;
  const parts = numbering?.kind === 'episodes' ? numbering.episodes.length : 1;
  return (release.sizeBytes * 8) / 1_000 / (item.runtimeSeconds * parts);
}

/** Sizes that no running time explains. A size of 0 means that the indexer does not tell it. */
function fileSizeRule({ item, release: { sizeBytes } }: RuleFacts): Rejection | undefined {
  if (item.mediaType === 'audiobook' && sizeBytes > 0 && sizeBytes < SMALLEST_AUDIOBOOK)
    return refuse('SIZE_BELOW', `an audiobook of ${mebibytes(sizeBytes)} MiB, at least 20 MiB are expected`);
  if (item.mediaType === 'ebook' && sizeBytes > LARGEST_EBOOK)
    return refuse('SIZE_ABOVE', `an ebook of ${mebibytes(sizeBytes)} MiB, at most 20 MiB are expected`);
  return undefined;
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}

function tooSmall(facts: RuleFacts): Rejection | undefined {
  const kbps = averageKbps(facts);
  const limits = limitsOf(facts);
  if (kbps === undefined || limits === undefined || kbps >= limits.lowest) return undefined;
  // Said by its size alone already.
  if (facts.item.mediaType === 'audiobook' && facts.release.sizeBytes < SMALLEST_AUDIOBOOK) return undefined;
  return refuse('SIZE_BELOW', `${inWords(kbps)}, at least ${limits.lowest} are expected`);
}

function tooLarge(facts: RuleFacts): Rejection | undefined {
  const kbps = isPack(facts) ? undefined : averageKbps(facts);
  const limits = limitsOf(facts);
  if (kbps === undefined || limits === undefined || kbps <= limits.highest) return undefined;
  return refuse('SIZE_ABOVE', `${inWords(kbps)}, at most ${limits.highest} are expected`);
}

/** A pack holds more than the one running time that is known. */
function isPack({ parsed, preferences }: RuleFacts): boolean {
  const kind = parsed.video?.numbering?.kind;
  return (parsed.pack && preferences.packs === true) || kind === 'seasons' || kind === 'series';
}

/** kbit/s; text has no running time. */
function limitsOf({ item, parsed }: RuleFacts): { lowest: number; highest: number } | undefined {
  switch (item.mediaType) {
    case 'audiobook': {
      const highest = parsed.formats.includes('flac') ? HIGHEST_LOSSLESS_KBPS : HIGHEST_KBPS;
      return { lowest: LOWEST_KBPS, highest };
    }
    case 'movie':
    case 'episode':
      return videoLimits(parsed.video ?? {});
    case 'ebook':
      return undefined;
  }
}

function inWords(kbps: number): string {
  return `${Math.round(kbps)} kbit/s for the known running time`;
}
