import type { BlockReason } from './blocklist-entry.js';

/** At which stage a release proved bad. */
export type BlameStage = 'download' | 'import' | 'manual';

/** What clients, archives and Longplay's own checks say, in their words; the first that fits counts. */
const WORDS: readonly (readonly [RegExp, BlockReason])[] = [
  [/password|^encrypted\b/i, 'password'],
  [/\bdrm\b|is encrypted/i, 'drm'],
  [/unpack|unrar|extract|archive/i, 'unpack_failed'],
  [/\bpar2?\b|repair|articles?\b|health/i, 'missing_articles'],
  [/brings a program|executable|no media file|sample/i, 'junk'],
  [/stalled|no progress|no seeds/i, 'stalled'],
];

const BY_STAGE: Record<BlameStage, BlockReason> = {
  download: 'corrupt_torrent',
  import: 'wrong_content',
  manual: 'by_hand',
};

/** The reason under which a release is blocked, from the words of whoever found it bad. */
export function blameOf(stage: BlameStage, evidence: string): BlockReason {
  if (stage === 'manual') return BY_STAGE.manual;
  return WORDS.find(([pattern]) => pattern.test(evidence))?.[1] ?? BY_STAGE[stage];
}
