import { latestQuery, readFeed, rememberFeed } from '../../domain/acquisition/feed-reading.js';
import type { IndexerOutcome, MediaItem, Release } from '../../domain/acquisition/release.js';
import { indexWaiting } from '../../domain/acquisition/waiting-index.js';
import { createJob } from '../../jobs/create.js';
import { findFeed, recordGap, saveFeed } from '../../store/acquisition/indexer-feeds.js';
import { listIndexers } from '../../store/acquisition/indexers.js';
import {
  forgetIndexerResults,
  indexerResults,
  saveIndexerResult,
  type IndexerResultRow,
} from '../../store/acquisition/searches.js';
import {
  waitingRequests,
  waitingSince,
  type WaitingRequest,
} from '../../store/acquisition/waiting-requests.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { connectIndexer } from './connect.js';
import { isResting, recordUse, sealRelease } from './indexer-answer.js';
import { offerRelease, type Matched } from './offer-release.js';

export interface RssSynced {
  /** Indexers that answered. */
  read: number;
  /** Indexers that were not asked, since they rest. */
  resting: number;
  failed: string[];
  /** Releases that no reading had seen before. */
  fresh: number;
  /** Requests that got a release. */
  offered: number;
  /** Requests that look again by themselves: what fits has to wait for something. */
  woken: number;
  /** Indexers that had more new than was read. */
  gaps: string[];
}

/** As many searches of its own begin by one reading at most (acquisition.md §8 no. 3). */
const MOST_WOKEN = 20;
/** After a gap all that waits is searched for, but not more often. */
const GAP_HOURS = 6;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Nobody is asked while nobody waits for a release. */
  planSync: async (
    _nothing: object,
    step: StepContext,
  ): Promise<{ indexerIds: string[]; resting: number; waitingSinceMs: number }> => {
    const since = await waitingSince(deps.db);
    const enabled = (await listIndexers(deps.db)).filter((indexer) => indexer.enabled);
    const ready = since === undefined ? [] : enabled.filter((indexer) => !isResting(indexer));
    const resting = enabled.filter(isResting).length;
    const why = since === undefined ? 'no request waits for a release' : `${resting} rest`;
    step.log('info', `reads ${ready.length} of ${enabled.length} indexers: ${why}`);
    return { indexerIds: ready.map(({ id }) => id), resting, waitingSinceMs: since?.getTime() ?? 0 };
  },

  readLatest: async (
    {
      indexerId,
      waitingSinceMs,
      occurrence,
    }: { indexerId: string; waitingSinceMs: number; occurrence: number },
    step: StepContext,
  ): Promise<{ outcome: IndexerOutcome['outcome']; fresh: number; gap: boolean }> => {
    const { indexer, row } = await connectIndexer(deps, indexerId);
    const memory = await findFeed(deps.db, indexerId);
    const query = latestQuery(memory, { categories: row.categories, waitingSince: waitingSinceMs });
    const started = performance.now();
    const answer = await indexer.search(query, step.signal);
    await recordUse(deps, row, answer);
    const { fresh, gap } = readFeed(answer, memory);
    const detail = answer.outcome === 'ok' ? null : answer.detail;
    await saveIndexerResult(deps.db, {
      ...{ jobId: step.jobId, occurrence, tier: 0, indexerId, outcome: answer.outcome, detail },
      retryAt: null,
      releases: fresh.map((release) => sealRelease(deps, release)),
      elapsedMs: Math.round(performance.now() - started),
    });
    step.log(detail === null ? 'info' : 'warn', `${row.name}: ${detail ?? `${fresh.length} are new`}`);
    if (gap)
      step.log('warn', `${row.name}: more was new than was read, so waiting requests are searched for`);
    return { outcome: answer.outcome, fresh: fresh.length, gap };
  },

  /** Each release meets only requests whose title it may bear; what is offered is decided as in a search. */
  offerLatest: async (
    { occurrence, gaps }: { occurrence: number; gaps: readonly string[] },
    step: StepContext,
  ): Promise<{ offered: number; woken: number }> => {
    const asked = { jobId: step.jobId, occurrence };
    const results = await indexerResults(deps.db, asked);
    const matched = await matchWaiting(deps, results);
    const indexers = await listIndexers(deps.db);
    const told = { offered: 0, woken: 0 };
    for (const match of matched) {
      step.signal.throwIfAborted();
      const mayWake = told.woken < MOST_WOKEN;
      const came = await offerRelease(deps, { match, results, indexers, mayWake }, step);
      if (came !== 'nothing') told[came] += 1;
      step.progress({ done: told.offered + told.woken, total: null, unit: 'items' });
    }
    await remember(deps, results);
    await searchAfterGap(deps, gaps, step);
    await forgetIndexerResults(deps.db, asked);
    step.log('info', `${matched.length} requests may want some of it, ${told.offered} got a release`);
    return told;
  },
}));

export type RssSteps = StepsOf<typeof steps>;

async function matchWaiting({ db }: ActivityDeps, results: readonly IndexerResultRow[]): Promise<Matched[]> {
  const find = indexWaiting(
    (await waitingRequests(db)).map((request) => ({ request, item: soughtItem(request) })),
  );
  const matched = new Map<string, Matched>();
  for (const { release: stored } of results.flatMap(({ releases }) => releases)) {
    const release = stored as Release;
    for (const { request } of find(release)) {
      const known = matched.get(request.id) ?? { request, releases: [] };
      known.releases.push(release);
      matched.set(request.id, known);
    }
  }
  return [...matched.values()];
}

/** Somebody's own words stand for the title, as in a search. */
function soughtItem({ item, searchTerms }: WaitingRequest): MediaItem {
  return searchTerms === null ? item : { ...item, title: searchTerms };
}

/** Only what was read to its end: after a failure the same is read again, and deciding twice does no harm. */
async function remember({ db }: ActivityDeps, results: readonly IndexerResultRow[]): Promise<void> {
  for (const { indexerId, outcome, releases } of results) {
    if (outcome !== 'ok') continue;
    const fresh = releases.map(({ release }) => release as Release);
    await saveFeed(db, indexerId, rememberFeed(await findFeed(db, indexerId), fresh));
  }
}

/** By the job that wakes slice by slice, and not while all indexers rest. */
async function searchAfterGap(
  deps: ActivityDeps,
  gaps: readonly string[],
  { jobId, log }: StepContext,
): Promise<void> {
  if (gaps.length === 0 || !(await recordGap(deps.db, { indexerIds: gaps, hours: GAP_HOURS }))) return;
  const wish = { type: 'retry_missing', params: { all: true }, priority: 9, createdBy: `longplay: ${jobId}` };
  const { job } = await createJob(deps, wish);
  log('info', `${job.id} searches for all that is missing`);
}
