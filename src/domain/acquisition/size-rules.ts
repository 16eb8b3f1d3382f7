import type { Rejection, RuleFacts } from './rule-facts.js';

export const MEBIBYTE = 1_048_576;

/** Bit rates outside this are another content or a wrong running time (§3.3). */
const LOWEST_KBPS = 24;
const HIGHEST_KBPS = 400;
const HIGHEST_LOSSLESS_KBPS = 1_200;

const SMALLEST_AUDIOBOOK = 20 * MEBIBYTE;
const LARGEST_EBOOK = 20 * MEBIBYTE;

export const sizeRules = [tooSmall, tooLarge] as const;

/** Average bit rate in kbit/s, where running time and size are known. */
export function averageKbps({ item, release }: Pick<RuleFacts, 'item' | 'release'>): number | undefined {
  if (item.runtimeSeconds === undefined || item.runtimeSeconds <= 0 || release.sizeBytes <= 0)
    return undefined;
  return (release.sizeBytes * 8) / 1_000 / item.runtimeSeconds;
}

/** A size of 0 means that the indexer does not tell it. */
function tooSmall(facts: RuleFacts): Rejection | undefined {
  const { item, release } = facts;
  if (item.mediaType !== 'audiobook' || release.sizeBytes <= 0) return undefined;
  if (release.sizeBytes < SMALLEST_AUDIOBOOK) {
    return below(`an audiobook of ${mebibytes(release.sizeBytes)} MiB, at least 20 MiB are expected`);
  }
  const kbps = averageKbps(facts);
  if (kbps === undefined || kbps >= LOWEST_KBPS) return undefined;
  return below(`${Math.round(kbps)} kbit/s for the known running time, at least ${LOWEST_KBPS} are expected`);
}

function tooLarge(facts: RuleFacts): Rejection | undefined {
  const { item, release, parsed, preferences } = facts;
  if (item.mediaType === 'ebook' && release.sizeBytes > LARGEST_EBOOK) {
    return above(`an ebook of ${mebibytes(release.sizeBytes)} MiB, at most 20 MiB are expected`);
  }
  // A wanted pack holds more than the one running time that is known.
  const packed = parsed.pack && preferences.packs === true;
  const kbps = item.mediaType === 'audiobook' && !packed ? averageKbps(facts) : undefined;
  const highest = parsed.formats.includes('flac') ? HIGHEST_LOSSLESS_KBPS : HIGHEST_KBPS;
  if (kbps === undefined || kbps <= highest) return undefined;
  return above(`${Math.round(kbps)} kbit/s for the known running time, at most ${highest} are expected`);
}

function below(detail: string): Rejection {
  return { code: 'SIZE_BELOW', permanent: true, detail };
}

function above(detail: string): Rejection {
  return { code: 'SIZE_ABOVE', permanent: true, detail };
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}
