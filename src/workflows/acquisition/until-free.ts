import type { SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import type { RequestStory } from './request-story.js';

/** A release that waits for a disk or a client is looked at again no sooner. */
const SHORTEST_LOOK_MS = 10_000;

/**
 * What fits and cannot be fetched now is judged again by the same answers, until it can be or the next search is
 * due: no indexer is asked because a disk is full.
 */
export async function untilFree(
  story: RequestStory,
  found: SearchConclusion,
  { restMs, until }: { /** Until the next search. */ restMs: () => number; until: () => boolean },
): Promise<SearchConclusion> {
  if (found.conclusion !== 'held') return found;
  const searchAt = Date.now() + restMs();
  await story.become('awaiting_search', found.detail);
  let latest = found;
  while (latest.conclusion === 'held' && Date.now() < searchAt && !until()) {
    await story.job.wait({
      reason: latest.waitsFor ?? 'next_search',
      detail: latest.detail,
      waitMs: Math.max(latest.retryAfterMs ?? 0, SHORTEST_LOOK_MS),
      until,
    });
    story.judged += 1;
    const occurrence = story.occurrence(story.judged);
    latest = await story.steps.decideAgain(
      { requestId: story.requestId, searchId: found.searchId, occurrence },
      { occurrence },
    );
  }
  return latest;
}
