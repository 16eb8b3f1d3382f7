/** How an item was found in a library, surest evidence first (acquisition.md §6). */
export type MatchResult =
  | { verdict: 'matched'; libraryItemId: string; tier: 'path' | 'files' | 'id' | 'fuzzy'; confidence: number }
  | { verdict: 'needs_decision' | 'none'; detail: string };
