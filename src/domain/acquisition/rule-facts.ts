import type { AuthorMatch } from './author-match.js';
import type { Blocklist } from './blocklist.js';
import type { Circumstances } from './circumstances.js';
import type { CustomRuleResult } from './custom-rules.js';
import type { DelayProfile } from './delay-profile.js';
import type { ParsedReleaseTitle } from './parse-release-title.js';
import type { Preferences } from './preferences.js';
import type { MediaItem, Release } from './release.js';
import type { ScoringProfile } from './scoring-profiles.js';
import type { TitleMatch } from './title-match.js';

/**
 * Who looks at the decision. `automatic`: Longplay by itself. `invoked`: Longplay at once, since a person asked for
 * this search now; neither a release date nor a delay holds it. `interactive`: a person chooses from the list, so an
 * author that no name tells is shown and not refused (acquisition.md §3.1, §3.3, §3.7).
 */
export type SearchMode = 'automatic' | 'invoked' | 'interactive';

export interface RankedIndexer {
  id: string;
  name: string;
  /** 1 is best, 50 last, 25 the default (§3.5 no. 8). */
  priority: number;
  minimumSeeders: number;
  /** Milliseconds since the epoch; set while the indexer rests. */
  backoffUntil?: number;
  /** What it lets us fetch until `until`, milliseconds since the epoch. */
  grabs?: { used: number; limit: number; until: number };
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
  scoring: ScoringProfile;
  custom: CustomRuleResult;
  circumstances: Circumstances;
  blocklist: Blocklist;
  grabbed: readonly { indexerId: string; guid: string; infoHash?: string | null }[];
  protocols: readonly Release['protocol'][];
  delay: DelayProfile | undefined;
  mode: SearchMode;
  /** Milliseconds since the epoch. */
  now: number;
}
