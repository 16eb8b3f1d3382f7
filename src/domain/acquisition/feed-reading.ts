import { HOUR_MS } from '../durations.js';
import { MEDIA_TYPES, type IndexerOutcome, type Release } from './release.js';
import { categoriesFor, type SearchQuery } from './search-plan.js';

/** How far the list of what an indexer has new was read. */
export interface FeedMemory {
  newestGuid: string | null;
  /** Milliseconds since the epoch, as are all times here. */
  newestAt: number | null;
  /** Guids of the last readings, the newest first. */
  seen: readonly string[];
}

export interface FeedReading {
  /** What no reading has seen before, newest first. */
  fresh: Release[];
  /** More has come since the last reading than was read now: it may hold what somebody waits for. */
  gap: boolean;
}

/** One more than this is a gap (acquisition.md §3.1: automatic reading is bounded). */
const MOST_PAGES = 10;
const MOST_SEEN = 2_000;
/** Indexers give a release the time of its upload, and may show it later. */
const LATE_MS = 6 * HOUR_MS;

/**
 * Asks for what is new since the last reading. Nothing older matters than what came since the first request began to
 * wait: its own search has seen all before.
 */
export function latestQuery(
  memory: FeedMemory | undefined,
  { categories, waitingSince }: { categories: readonly number[]; waitingSince: number },
): SearchQuery {
  const asked = [...new Set(MEDIA_TYPES.flatMap((type) => categoriesFor(type, categories)))];
  const query: SearchQuery = { mode: 'latest', categories: asked };
  if (memory === undefined || memory.newestGuid === null) return { ...query, pages: 1 };
  const until = Math.max(memory.newestAt ?? 0, waitingSince) - LATE_MS;
  return {
    ...query,
    pages: MOST_PAGES,
    untilGuid: memory.newestGuid,
    ...(memory.newestAt === null ? {} : { untilTime: new Date(until).toISOString() }),
  };
}

/** What of an answer is new. One without any release says nothing: it is no gap either. */
export function readFeed(answer: IndexerOutcome, memory: FeedMemory | undefined): FeedReading {
  const seen = new Set(memory?.seen);
  const releases = answer.releases ?? [];
  const gap = answer.outcome === 'ok' && answer.reachedKnown === false && releases.length > 0;
  return { fresh: releases.filter(({ guid }) => !seen.has(guid)), gap };
}

/** The memory after a reading; `fresh` is newest first. */
export function rememberFeed(memory: FeedMemory | undefined, fresh: readonly Release[]): FeedMemory {
  const before = memory ?? { newestGuid: null, newestAt: null, seen: [] };
  const seen = [...new Set([...fresh.map(({ guid }) => guid), ...before.seen])].slice(0, MOST_SEEN);
  const [newest] = fresh;
  const at = timeOf(newest);
  // One that is shown late stands behind what was there before.
  if (newest === undefined || (at !== null && before.newestAt !== null && at < before.newestAt))
    return { ...before, seen };
  return { newestGuid: newest.guid, newestAt: at, seen };
}

function timeOf(release: Release | undefined): number | null {
  const time = Date.parse(release?.publishedAt ?? '');
  return Number.isNaN(time) ? null : time;
}
