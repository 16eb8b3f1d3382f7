import { itemKey } from '../../catalogue/acquisition/media-item.js';
import { backoffAnswer, nextBackoff } from '../../domain/acquisition/backoff.js';
import { concludeSearch, type IndexerAnswer } from '../../domain/acquisition/conclude-search.js';
import { decide, type Decision, type DecisionInput } from '../../domain/acquisition/decide.js';
import type { IndexerOutcome, MediaItem, Release } from '../../domain/acquisition/release.js';
import type { SearchConclusion } from '../../domain/acquisition/search-conclusion.js';
import { planSearch, type SearchQuery, type SearchTier } from '../../domain/acquisition/search-plan.js';
import { normalizeError } from '../../domain/faults.js';
import { idWithin } from '../../domain/jobs/job-id.js';
import { grabbedBy } from '../../store/acquisition/downloads.js';
import {
  blockedReleases,
  indexerResults,
  saveIndexerResult,
  saveSearch,
  type IndexerResultRow,
  type StoredRelease,
} from '../../store/acquisition/searches.js';
import { listIndexers, recordIndexerUse, type IndexerRow } from '../../store/acquisition/settings.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { fetchableProtocols } from './choose-client.js';
import { connectIndexer, openIndexer } from './connect.js';

interface SearchAbout {
  item: MediaItem;
  occurrence: number;
  requestId?: string;
  /** Somebody's own words instead of the title, in search and ranking. */
  terms?: string;
}

const MAX_ACCEPTED = 10;
/** An indexer that failed without saying when to come back is asked again after this. */
const RETRY_ERROR_MS = 15 * 60_000;

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
    about: SearchAbout & { throughTier: number },
    step: StepContext,
  ): Promise<SearchConclusion> => {
    const results = await indexerResults(deps.db, { jobId: step.jobId, occurrence: about.occurrence });
    const indexers = await listIndexers(deps.db);
    const decision = decide(await decisionInput(deps, { about, results, indexers }));
    const answers = answersOf(results, indexers);
    const concluded = concludeSearch({ answers, decision, now: Date.now() });
    const { conclusion, detail, retryAfterMs } = concluded;
    const searchId = await store(deps, { about, step, results, decision, conclusion, detail });
    step.log('info', detail, { rejections: concluded.rejections });
    const accepted = decision.candidates
      .map(({ rank, release }, number) => ({
        rank,
        number,
        title: release.title.slice(0, 300),
        indexerId: release.indexerId,
      }))
      .filter(({ rank }) => rank !== null)
      .slice(0, MAX_ACCEPTED)
      .map(({ number, title, indexerId }) => ({ number, title, indexerId }));
    return { searchId, accepted, conclusion, detail: detail.slice(0, 1_000), retryAfterMs };
  },
}));

export type SearchSteps = StepsOf<typeof steps>;

function isResting({ disabledUntil }: IndexerRow): boolean {
  return disabledUntil !== null && disabledUntil.getTime() > Date.now();
}

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

async function recordUse(deps: ActivityDeps, row: IndexerRow, answer: IndexerOutcome): Promise<void> {
  const { level, until } = nextBackoff({
    level: row.backoffLevel,
    answer: backoffAnswer(answer),
    now: Date.now(),
    ...(answer.outcome === 'throttled' ? { retryAfterMs: answer.retryAfterMs } : {}),
  });
  await recordIndexerUse(deps.db, {
    id: row.id,
    outcome: answer.outcome,
    detail: answer.outcome === 'ok' ? null : answer.detail,
    level,
    until: until === null ? null : new Date(until),
  });
}

/** Links may carry the indexer's key: they are kept sealed and apart from what people see. */
function sealRelease({ seal }: ActivityDeps, { downloadUrl, magnetUrl, ...release }: Release): StoredRelease {
  const link = downloadUrl ?? magnetUrl;
  return { release, linkSealed: link === undefined ? null : seal.seal(link) };
}

async function decisionInput(
  deps: ActivityDeps,
  { about, results, indexers }: { about: SearchAbout; results: IndexerResultRow[]; indexers: IndexerRow[] },
): Promise<DecisionInput> {
  const blocked = await blockedReleases(deps.db, itemKey(about.item));
  const protocols = await fetchableProtocols(deps);
  const grabbed = about.requestId === undefined ? [] : await grabbedBy(deps.db, about.requestId);
  return {
    item: about.terms === undefined ? about.item : { ...about.item, title: about.terms },
    releases: results.flatMap(({ releases }) => releases.map(({ release }) => release as Release)),
    indexers: indexers.map(({ id, name, priority, minimumSeeders }) => ({
      id,
      name,
      priority,
      minimumSeeders,
    })),
    blocklist: blocked.map(({ releaseKey }) => releaseKey),
    grabbed,
    protocols,
    now: Date.now(),
  };
}

function answersOf(results: IndexerResultRow[], indexers: IndexerRow[]): IndexerAnswer[] {
  const names = new Map(indexers.map(({ id, name }) => [id, name]));
  return results.map(({ indexerId, outcome, detail, retryAt }) => ({
    name: names.get(indexerId) ?? indexerId,
    outcome,
    detail,
    retryAt: retryAt?.getTime() ?? (outcome === 'error' ? Date.now() + RETRY_ERROR_MS : null),
  }));
}

async function store(
  deps: ActivityDeps,
  search: {
    about: SearchAbout & { throughTier: number };
    step: StepContext;
    results: IndexerResultRow[];
    decision: Decision;
    conclusion: SearchConclusion['conclusion'];
    detail: string;
  },
): Promise<string> {
  const { about, step, results, decision, conclusion, detail } = search;
  const links = new Map(
    results.flatMap(({ releases }) =>
      releases.map(({ release, linkSealed }) => [keyOf(release as Release), linkSealed] as const),
    ),
  );
  return saveSearch(deps.db, {
    id: `${idWithin('search', step.jobId)}-${about.occurrence}`,
    jobId: step.jobId,
    requestId: about.requestId ?? null,
    occurrence: about.occurrence,
    plan: {
      throughTier: about.throughTier,
      rulesVersion: decision.rulesVersion,
      profiles: decision.profiles,
      notes: decision.notes,
    },
    conclusion,
    detail,
    candidates: decision.candidates.map(({ release, rank, ...evaluation }, number) => ({
      number,
      rank,
      indexerId: release.indexerId,
      guid: release.guid,
      title: release.title,
      infoHash: release.infoHash ?? null,
      sizeBytes: release.sizeBytes,
      seeders: release.seeders ?? null,
      linkSealed: links.get(keyOf(release)) ?? null,
      accepted: rank !== null,
      release,
      evaluation,
    })),
  });
}

function keyOf({ indexerId, guid }: { indexerId: string; guid: string }): string {
  return `${indexerId} ${guid}`;
}
