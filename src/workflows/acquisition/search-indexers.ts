import type { SearchSteps } from '../../activities/acquisition/search-steps.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { SearchMode } from '../../domain/acquisition/rule-facts.js';
import type { SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import type { Job } from '../jobs/job.js';

export interface SearchIndexersParams {
  item: MediaItem;
  requestId?: string;
  pass: number;
  /** Somebody's own words instead of the title. */
  terms?: string;
  mode?: SearchMode;
}

/** Tier by tier, each indexer on its own; the first tier with an accepted release ends it (acquisition.md §3.1). */
export async function search_indexers(job: Job<SearchIndexersParams>): Promise<SearchConclusion> {
  const { item, requestId, pass, terms, mode } = job.params;
  const { planSearch, searchIndexer, decideSearch } = job.steps<SearchSteps>();
  const occurrence = job.input.round * 1_000 + pass;
  const about = {
    item,
    occurrence,
    ...(requestId === undefined ? {} : { requestId }),
    ...(terms === undefined ? {} : { terms }),
    ...(mode === undefined ? {} : { mode }),
  };
  const { tiers } = await planSearch(about, { occurrence });
  for (const [index, tier] of tiers.entries()) {
    await Promise.all(
      tier.queries.map((query) => searchIndexer({ ...query, tier: index, occurrence }, { occurrence })),
    );
    const last = index === tiers.length - 1;
    const decided = await decideSearch({ ...about, throughTier: index }, { occurrence });
    if (decided.accepted.length > 0 || last) return decided;
  }
  return decideSearch({ ...about, throughTier: 0 }, { occurrence });
}
