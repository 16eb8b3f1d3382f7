import type { WaitingReason } from '../jobs/waiting.js';

/**
 * How a search may end. `delayed`: what fits waits for a better one (delay profile). `held`: what fits cannot be
 * fetched just now (disk, mount, client, an indexer that rests), so the same answers are judged again later.
 */
export const SEARCH_CONCLUSIONS = [
  'accepted',
  'delayed',
  'held',
  'no_release',
  'incomplete',
  'no_indexer',
] as const;

/** How one search ended (acquisition.md §3.1), small enough for a history: candidates stay in their table. */
export interface SearchConclusion {
  searchId: string;
  conclusion: (typeof SEARCH_CONCLUSIONS)[number];
  /** One sentence: what was found, or why nothing was. */
  detail: string;
  /** The best first, at most 10. */
  accepted: { number: number; title: string; indexerId: string }[];
  /** When another look may change something; null: only the usual interval says so. */
  retryAfterMs: number | null;
  /** `held`: what it waits for. */
  waitsFor?: WaitingReason;
}

/** What somebody else than the request's own search has found for it. */
export type FoundReleases = Pick<SearchConclusion, 'searchId' | 'detail' | 'accepted'> & {
  /** It is with a client already, whole: taking it costs nothing. */
  complete?: boolean;
};

/** What a request says that it waits for until its next search. */
export function restReason({ conclusion, waitsFor }: SearchConclusion): WaitingReason {
  switch (conclusion) {
    case 'incomplete':
      return 'indexer_backoff';
    case 'delayed':
      return 'delay_profile';
    case 'held':
      return waitsFor ?? 'next_search';
    case 'accepted':
    case 'no_release':
    case 'no_indexer':
      return 'next_search';
  }
}
