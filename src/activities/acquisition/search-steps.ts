import type { IndexerOutcome } from '../../domain/acquisition/release.js';
import type { SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import { planSearch, type SearchQuery, type SearchTier } from '../../domain/acquisition/search-plan.js';
import { normalizeError } from '../../domain/faults.js';
import { idWithin } from '../../domain/jobs/job-id.js';
import { saveIndexerResult } from '../../store/acquisition/searches.js';
import { listIndexers, type IndexerRow } from '../../store/acquisition/indexers.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { connectIndexer, openIndexer } from './connect.js';
import { decideResults } from './decide-results.js';
import type { DecisionAbout } from './decision-input.js';
import { isResting, recordUse, sealRelease } from './indexer-answer.js';

interface SearchAbout extends DecisionAbout {
  occurrence: number;
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Which indexer is asked what, tier by tier; one that rests is written down as throttled, not left out. */
  planSearch: async (
    { item, occurrence, terms }: SearchAbout,
    step: StepContext,
  ): Promise<{ tiers: SearchTier[] }> => {
    const indexers = (await listIndexers(deps.db)).filter(({ enabled }) => enabled);
    const ready = indexers.filter((indexer) => !isResting(indexer));
    for (const indexer of indexers.filter(isResting)) {
      await saveResting(deps, { indexer, jobId: step.jobId, occurrence });
    }
    const planned = await Promise.all(
      ready.map(async (row) => ({
        id: row.id,
        categories: row.categories,
        searching: await searchModes(deps, { row, step }),
      })),
    );
    step.log('info', `asks ${ready.length} of ${indexers.length} indexers`);
    return { tiers: planSearch({ item, indexers: planned, ...(terms === undefined ? {} : { terms }) }) };
  },

  /** One indexer, one query: every answer and every silence is an outcome of its own. */
  searchIndexer: async (
    {
      indexerId,
      query,
      tier,
      occurrence,
    }: { indexerId: string; query: SearchQuery; tier: number; occurrence: number },
    step: StepContext,
  ): Promise<{ outcome: IndexerOutcome['outcome']; releases: number }> => {
    const { indexer, row } = await connectIndexer(deps, indexerId);
    const started = performance.now();
    const answer = await indexer.search(query, step.signal);
    const elapsedMs = Math.round(performance.now() - started);
    await recordUse(deps, row, answer);
    const detail = answer.outcome === 'ok' ? null : answer.detail;
    const releases = answer.releases ?? [];
    step.log(
      answer.outcome === 'ok' ? 'info' : 'warn',
      `${row.name}: ${detail ?? `${releases.length} releases`}`,
      { elapsedMs, tier },
    );
    await saveIndexerResult(deps.db, {
      jobId: step.jobId,
      occurrence,
      tier,
      indexerId,
      outcome: answer.outcome,
      detail,
      retryAt: answer.outcome === 'throttled' ? new Date(Date.now() + answer.retryAfterMs) : null,
      releases: releases.map((release) => sealRelease(deps, release)),
      elapsedMs,
    });
    return { outcome: answer.outcome, releases: releases.length };
  },

  /** Judges everything found so far and stores the whole decision with every reason. */
  decideSearch: async (
    { throughTier, occurrence, ...about }: SearchAbout & { throughTier: number },
    step: StepContext,
  ): Promise<SearchConclusion> => {
    const asked = { jobId: step.jobId, occurrence };
    const kept = { ...asked, id: `${idWithin('search', step.jobId)}-${occurrence}` };
    return decideResults(deps, { about, asked, kept, plan: { throughTier } }, step);
  },
}));

export type SearchSteps = StepsOf<typeof steps>;

async function saveResting(
  deps: ActivityDeps,
  { indexer, jobId, occurrence }: { indexer: IndexerRow; jobId: string; occurrence: number },
): Promise<void> {
  await saveIndexerResult(deps.db, {
    jobId,
    occurrence,
    tier: 0,
    indexerId: indexer.id,
    outcome: 'throttled',
    detail: `rests until ${indexer.disabledUntil?.toISOString() ?? ''}: ${indexer.lastDetail ?? indexer.lastOutcome ?? ''}`,
    retryAt: indexer.disabledUntil,
    releases: [],
    elapsedMs: 0,
  });
}

/** Caps are a help, not a condition: an indexer that cannot tell them is asked in the plain way. */
async function searchModes(
  deps: ActivityDeps,
  { row, step }: { row: IndexerRow; step: StepContext },
): Promise<Record<string, string[]> | null> {
  try {
    return (await openIndexer(deps, row).caps(step.signal)).searching;
  } catch (error) {
    if (step.signal.aborted) throw error;
    step.log('warn', `${row.name} does not tell what it can do: ${normalizeError(error).message}`);
    return null;
  }
}
