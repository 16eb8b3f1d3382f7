import type { OpenedRequest } from '../../activities/acquisition/request-steps.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { RequestState } from '../../domain/acquisition/request-state.js';
import type { FoundReleases, SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import type { MadeDecision } from './request-decisions.js';

export interface RequestParams {
  item: MediaItem;
  libraryId: string;
  qualityProfileId?: string;
  tags?: string[];
}

export interface RequestResult {
  requestId: string;
  libraryItemId: string;
  folder: string;
}

/** One release of one stored search. */
export type Candidate = SearchConclusion['accepted'][number] & { searchId: string };

/** Files stand in the library, which does not show them yet. */
export interface Filed {
  downloadId: string;
  folder: string;
}

/** What a new run of the same request goes on with. */
export interface ReachedRequest {
  opened: OpenedRequest;
  state: RequestState;
  /** Searches, those that an outage has cut short too. */
  pass: number;
  /** Waits after a search of everybody, and after failures that were no release's own. */
  rests?: { regular: number; soon: number };
  changes: number;
  /** Counts candidates in their order, so that a new round finds the children of the last one again. */
  tries: number;
  /** Releases and imports that count against the budget. */
  spent: { releases: number; failedImports: number };
  searchTerms: string | null;
  /** A person has asked for the next search: no delay holds what it finds. */
  invoked?: boolean;
  /** How often held answers were judged again. */
  judged?: number;
  decisions: MadeDecision[];
  /** What a finder has sent and nobody has looked at yet. */
  found?: FoundReleases[];
  filed?: Filed;
  look?: number;
}
