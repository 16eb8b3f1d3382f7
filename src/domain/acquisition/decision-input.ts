import type { BlockedKey } from './blocklist.js';
import type { Circumstances } from './circumstances.js';
import type { RuleProfile } from './custom-rules.js';
import type { DelayInput } from './delay.js';
import type { Preferences } from './preferences.js';
import type { MediaItem, Release } from './release.js';
import type { RankedIndexer, SearchMode } from './rule-facts.js';
import type { ScoringProfile } from './scoring-profiles.js';

/** All that a decision depends on; what is optional has a default. */
export interface DecisionInput {
  item: MediaItem;
  releases: readonly Release[];
  indexers: readonly RankedIndexer[];
  /** Keys from blocklist.ts that are blocked for the item. */
  blocklist: readonly BlockedKey[];
  /** What this request fetched before. */
  grabbed: readonly { indexerId: string; guid: string; infoHash?: string | null }[];
  /** Protocols that an enabled download client fetches. */
  protocols: readonly Release['protocol'][];
  preferred?: Preferences;
  /** Points and threshold; default: `default` of scoring-profiles.ts. */
  scoring?: ScoringProfile;
  /** People's own rules; default: none, for films and episodes those of video-rule-profile.ts. */
  rules?: RuleProfile;
  /** Default: nothing waits. */
  delay?: DelayInput;
  /** Clients, disks, the library; default: all is well. */
  circumstances?: Circumstances;
  /** Default `automatic`. */
  mode?: SearchMode;
  /** Milliseconds since the epoch. */
  now: number;
}
