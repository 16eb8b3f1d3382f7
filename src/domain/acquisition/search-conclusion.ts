/** How one search ended (acquisition.md §3.1), small enough for a history: candidates stay in their table. */
export interface SearchConclusion {
  searchId: string;
  conclusion: 'accepted' | 'no_release' | 'incomplete' | 'no_indexer';
  /** One sentence: what was found, or why nothing was. */
  detail: string;
  /** The best first, at most 10. */
  accepted: { number: number; title: string; indexerId: string }[];
  /** `incomplete`: when the first indexer that could not answer may be asked again. */
  retryAfterMs: number | null;
}
