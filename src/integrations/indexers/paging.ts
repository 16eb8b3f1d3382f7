import type { IndexerOutcome, Release } from '../../domain/acquisition/release.js';
import type { IndexerQuery } from './port.js';
import type { Failure } from './reply.js';

/** Automatic searches read three pages, and no search more than thirty (acquisition.md §3.1). */
const DEFAULT_PAGES = 3;
const MOST_PAGES = 30;

export interface Page {
  releases: Release[];
  /** Nothing comes behind it. */
  last: boolean;
}

/**
 * Reads pages until the last, the bound, or the release that was the newest last time (which may be gone by now: then
 * until an older one). A failure keeps what the pages before it gave.
 */
export async function readPages(
  { mode, pages = DEFAULT_PAGES, untilGuid, untilTime }: IndexerQuery,
  load: () => Promise<Page | { failure: Failure }>,
): Promise<IndexerOutcome> {
  const found = new Map<string, Release>();
  const isReached = (): boolean =>
    untilGuid !== undefined && (found.has(untilGuid) || isOlder([...found.values()].at(-1), untilTime));
  for (let page = 0; page < Math.min(MOST_PAGES, Math.max(1, pages)); page += 1) {
    const answer = await load();
    if ('failure' in answer) {
      return found.size === 0 ? answer.failure : { ...answer.failure, releases: [...found.values()] };
    }
    const before = found.size;
    for (const release of answer.releases) found.set(release.guid, release);
    // A source that ignores the offset tells the same page again and again.
    const repeated = answer.releases.length > 0 && found.size === before;
    if (answer.last || repeated || isReached()) break;
  }
  const releases = [...found.values()];
  return {
    outcome: 'ok',
    releases: mode === 'latest' ? releases.toSorted(newestFirst) : releases,
    ...(untilGuid === undefined ? {} : { reachedKnown: isReached() }),
  };
}

/** Pages come newest first. */
function isOlder(last: Release | undefined, time: string | undefined): boolean {
  return time !== undefined && last?.publishedAt !== undefined && last.publishedAt < time;
}

/** What tells no time keeps its place. */
function newestFirst(one: Release, other: Release): number {
  if (one.publishedAt === undefined || other.publishedAt === undefined) return 0;
  return other.publishedAt.localeCompare(one.publishedAt);
}
