import type { DownloadItem } from './download.js';

/** What is counted of a download over restarts of its client, which begins its own counts anew. */
export interface SeedingFacts {
  /** Uploaded before the client's present count, and that count at the last poll; bytes. */
  uploadedBefore: number;
  uploadedLast: number;
  seededMs: number;
  /** When it was last seen seeding; milliseconds since the epoch. */
  seedingSeenMs: number | null;
}

export const NO_SEEDING: SeedingFacts = {
  uploadedBefore: 0,
  uploadedLast: 0,
  seededMs: 0,
  seedingSeenMs: null,
};

/** Between two polls further apart nobody knows whether it was seeded. */
const LONGEST_GAP_MS = 5 * 60_000;

export function countSeeding(facts: SeedingFacts, item: DownloadItem, nowMs: number): SeedingFacts {
  const restarted = item.uploadedBytes < facts.uploadedLast;
  const isSeeding = item.state === 'seeding';
  const gapMs = facts.seedingSeenMs === null ? 0 : nowMs - facts.seedingSeenMs;
  const counted = isSeeding && gapMs > 0 && gapMs <= LONGEST_GAP_MS ? gapMs : 0;
  const seededMs = facts.seededMs + counted;
  return {
    uploadedBefore: facts.uploadedBefore + (restarted ? facts.uploadedLast : 0),
    uploadedLast: item.uploadedBytes,
    seededMs: Math.max(seededMs, (item.seedingSeconds ?? 0) * 1_000),
    seedingSeenMs: isSeeding ? nowMs : null,
  };
}

export function uploadedIn({ uploadedBefore, uploadedLast }: SeedingFacts): number {
  return uploadedBefore + uploadedLast;
}

/** undefined where the size is not known: then no ratio is met. */
export function ratioOf(facts: SeedingFacts, { ratio, totalBytes }: DownloadItem): number | undefined {
  const own = totalBytes > 0 ? uploadedIn(facts) / totalBytes : undefined;
  if (ratio === undefined) return own;
  return Math.max(ratio, own ?? 0);
}
