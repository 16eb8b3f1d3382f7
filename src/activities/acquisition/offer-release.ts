import { concludeSearch } from '../../domain/acquisition/conclude-search.js';
import { decide } from '../../domain/acquisition/decide.js';
import type { Release } from '../../domain/acquisition/release.js';
import type { FoundReleases } from '../../domain/acquisition/search-conclusion.js';
import { categoriesFor } from '../../domain/acquisition/search-plan.js';
import { idWithin } from '../../domain/jobs/job-id.js';
import type { IndexerRow } from '../../store/acquisition/indexers.js';
import { placeOfFound, saveSearch, type IndexerResultRow } from '../../store/acquisition/searches.js';
import type { WaitingRequest } from '../../store/acquisition/waiting-requests.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { acceptedOf, rowsOf, rulesOf } from './decide-results.js';
import { decisionInput } from './decision-input.js';

/** A request, and new releases that may bear its title. */
export interface Matched {
  request: WaitingRequest;
  releases: Release[];
}

interface Offer {
  match: Matched;
  /** Where their links are. */
  results: readonly IndexerResultRow[];
  indexers: readonly IndexerRow[];
  /** A request may be sent into a search of its own. */
  mayWake: boolean;
}

/**
 * Judges them as a search does. What is accepted goes to the request as the signal `candidate`; what fits and has to wait
 * for a better one, a disk or a client makes it search, since only its own search begins such a wait.
 */
export async function offerRelease(
  deps: ActivityDeps,
  { match: { request, releases }, results, indexers, mayWake }: Offer,
  step: Pick<StepContext, 'jobId' | 'log'>,
): Promise<'offered' | 'woken' | 'nothing'> {
  const { id: requestId, jobId, item, searchTerms } = request;
  const serving = indexers.filter(({ categories }) => categoriesFor(item.mediaType, categories).length > 0);
  const about = { item, requestId, ...(searchTerms === null ? {} : { terms: searchTerms }) };
  const served = releases.filter(({ indexerId }) => serving.some(({ id }) => id === indexerId));
  const decision = decide(await decisionInput(deps, about, { releases: served, indexers }));
  const { conclusion, detail } = concludeSearch({ answers: [], decision, now: Date.now() });
  const waits = conclusion === 'held' || (conclusion === 'delayed' && !request.isPending);
  if (waits && mayWake) {
    step.log('info', `${requestId} searches by itself: ${detail}`);
    return (await deps.temporal.signal(jobId, 'wake', [])) ? 'woken' : 'nothing';
  }
  if (conclusion !== 'accepted') return 'nothing';
  const id = `${idWithin('search', step.jobId)}-${requestId}`;
  const searchId = await saveSearch(deps.db, {
    ...{ id, jobId, occurrence: await placeOfFound(deps.db, { id, jobId }), requestId },
    ...{ plan: { found: step.jobId, mode: 'automatic', ...rulesOf(decision) }, conclusion, detail },
    candidates: rowsOf(decision, results),
  });
  const found: FoundReleases = { searchId, detail: detail.slice(0, 1_000), accepted: acceptedOf(decision) };
  step.log('info', `${requestId}: ${detail}`);
  return (await deps.temporal.signal(jobId, 'candidate', [found])) ? 'offered' : 'nothing';
}
