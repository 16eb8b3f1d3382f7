import type { AuthorMatch } from './author-match.js';
import type { ParsedReleaseTitle } from './parse-release-title.js';
import type { Preferences } from './preferences.js';
import type { MediaItem, Release } from './release.js';
import type { TitleMatch } from './title-match.js';

/** Why a release may not be taken (acquisition.md §3.3). */
export const REJECTION_CODES = [
  'WRONG_TYPE',
  'TITLE_MISMATCH',
  'AUTHOR_MISMATCH',
  'VOLUME_CONFLICT',
  'LANGUAGE',
  'ABRIDGED',
  'DRAMATISED',
  'NARRATOR',
  'PACK',
  'SIZE_BELOW',
  'SIZE_ABOVE',
  'DRM',
  'BLOCKLISTED',
  'ALREADY_GRABBED',
  'PROTOCOL_DISABLED',
  'LOW_MATCH',
  'MIN_SEEDERS',
  'INDEXER_BACKOFF',
] as const;

export type RejectionCode = (typeof REJECTION_CODES)[number];

export interface Rejection {
  code: RejectionCode;
  /** False: the release is worth another look at `retryAt`. */
  permanent: boolean;
  /** What was expected and what came, for people. */
  detail: string;
  /** ISO 8601; temporary rejections only. */
  retryAt?: string;
}

export interface RankedIndexer {
  id: string;
  name: string;
  /** 1 is best, 50 last, 25 the default (§3.5 no. 8). */
  priority: number;
  minimumSeeders: number;
  /** Milliseconds since the epoch; set while the indexer rests. */
  backoffUntil?: number;
}

/** All that the rules look at; everything about the release is read once, before. */
export interface RuleFacts {
  item: MediaItem;
  release: Release;
  indexer: RankedIndexer | undefined;
  parsed: ParsedReleaseTitle;
  title: TitleMatch;
  author: AuthorMatch;
  preferences: Preferences;
  blocklist: ReadonlySet<string>;
  grabbed: readonly { indexerId: string; guid: string; infoHash?: string | null }[];
  protocols: readonly Release['protocol'][];
  /** Milliseconds since the epoch. */
  now: number;
}
