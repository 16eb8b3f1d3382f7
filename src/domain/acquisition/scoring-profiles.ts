import type { ReleaseFormat } from './release-format.js';

/** The figures by which a release is scored, and from how many points on it is taken (acquisition.md §3.4). */
export interface ScoringProfile {
  id: string;
  name: string;
  titlePoints: number;
  authorPoints: number;
  /** Points of an audiobook's format; one that is not named gets `otherFormat`. */
  audioFormats: Partial<Record<ReleaseFormat, number>>;
  otherFormat: number;
  /** M4B without chapters. */
  withoutChapters: number;
  sizePoints: number;
  /**
   * `closeness`: the nearer to the preferred bit rate the better. `mebibytes_per_minute`: 1.0 MiB a minute and more
   * gets all points. That is 140 kbit/s, so an honest book of 64 kbit/s gets 6.9 of 15.
   */
  audioSize: 'closeness' | 'mebibytes_per_minute';
  seederPoints: number;
  /** A release needs at least so many of the 100 points. */
  threshold: number;
}

/** What the requirement says, figure by figure. */
export const REQUIREMENT_SCORING: ScoringProfile = {
  id: 'requirement',
  name: 'Figures of the requirement',
  titlePoints: 45,
  authorPoints: 15,
  audioFormats: { m4b: 10, flac: 7, m4a: 6, mp3: 4 },
  otherFormat: 1,
  withoutChapters: 9,
  sizePoints: 15,
  audioSize: 'mebibytes_per_minute',
  seederPoints: 15,
  threshold: 50,
};

/** The same, but for the size: speech needs no 140 kbit/s. */
export const DEFAULT_SCORING: ScoringProfile = {
  ...REQUIREMENT_SCORING,
  id: 'default',
  name: 'Default',
  audioSize: 'closeness',
};

export const SCORING_PROFILES = {
  default: DEFAULT_SCORING,
  requirement: REQUIREMENT_SCORING,
} as const satisfies Record<string, ScoringProfile>;

export type ScoringProfileId = keyof typeof SCORING_PROFILES;
export const SCORING_PROFILE_IDS = Object.keys(SCORING_PROFILES) as [ScoringProfileId, ...ScoringProfileId[]];
