import { bulkRefusal } from '../domain/jobs/bulk.js';
import { Fault } from '../domain/faults.js';
import { insertWishes, matchBulk, unknownIds, type BulkMatch, type BulkWish } from '../store/bulk.js';
import type { JobFilter } from '../store/job-list.js';
import type { JobRow } from '../store/jobs.js';
import type { Wish, WishKind } from '../store/wishes.js';
import { eachAtMost } from '../domain/each-at-most.js';
import { atMostFor } from './bounded.js';
import type { JobsDeps } from './deps.js';
import { beginRetry } from './retry.js';
import { startJob } from './start.js';
import { sendWishes } from './wish.js';

type BulkDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

export interface BulkOrder {
  wish: BulkWish;
  filter: JobFilter;
  /** Only says what would be taken. */
  dryRun: boolean;
  limit: number;
  madeBy: string;
}

export interface BulkRefusal {
  id: string;
  /** The end of a sentence about the job. */
  reason: string;
}

export interface BulkAnswer {
  /** How many of the matching jobs this call has looked at. */
  matched: number;
  /** For how many of them the wish stands, made now or before. */
  taken: number;
  refused: BulkRefusal[];
  /** Others match that this action fits: they come with the next call. */
  more: boolean;
  /** Some of those taken, for people to recognise. */
  examples: Pick<BulkMatch, 'id' | 'type' | 'title' | 'status'>[];
}

const EXAMPLES = 10;

/**
 * One action for all jobs of a filter, oldest first. Rows come first, Temporal after them: while it is away the
 * answer is the same, and the sweeper delivers later.
 */
export async function bulk(deps: BulkDeps, order: BulkOrder): Promise<BulkAnswer> {
  const { filter, wish, limit } = order;
  const found = await matchBulk(deps.db, { filter, wish, part: 'to do', limit: limit + 1 });
  const toDo = found.slice(0, limit);
  const room = limit - toDo.length;
  const others = room === 0 ? [] : await findOthers(deps, { filter, wish }, { beside: toDo, limit: room });
  const unknown = filter.ids === undefined ? [] : await unknownIds(deps.db, filter.ids);
  const late = order.dryRun ? [] : await carryOut(deps, order, toDo);
  const refused = [...late, ...unknown.map((id) => ({ id, reason: 'is no job' })), ...refuse(wish, others)];
  const isRefused = new Set(refused.map(({ id }) => id));
  const taken = [...toDo, ...others].filter(({ id }) => !isRefused.has(id));
  return {
    matched: toDo.length + others.length + unknown.length,
    taken: taken.length,
    refused,
    more: found.length > limit,
    examples: taken.slice(0, EXAMPLES).map(({ id, type, title, status }) => ({ id, type, title, status })),
  };
}

/** Without those of `beside` for which an equal call, at the same time, has wished just now: they count once. */
async function findOthers(
  { db }: BulkDeps,
  { filter, wish }: Pick<BulkOrder, 'filter' | 'wish'>,
  { beside, limit }: { beside: BulkMatch[]; limit: number },
): Promise<BulkMatch[]> {
  const found = await matchBulk(db, { filter, wish, part: 'others', limit: limit + beside.length });
  const known = new Set(beside.map(({ id }) => id));
  return found.filter(({ id }) => !known.has(id)).slice(0, limit);
}

function refuse({ action }: BulkWish, jobs: BulkMatch[]): BulkRefusal[] {
  return jobs.filter(({ asked }) => !asked).map((job) => ({ id: job.id, reason: bulkRefusal(action, job) }));
}

/** How long the answer waits for Temporal, ms: enough for some hundred signals, and no burden while it is away. */
const DELIVERY_MS = 1_000;

/** Returns those that could not be taken after all. */
async function carryOut(deps: BulkDeps, order: BulkOrder, jobs: BulkMatch[]): Promise<BulkRefusal[]> {
  const { action } = order.wish;
  const { refused, delivery } =
    action === 'retry' ? await retryAll(deps, jobs) : await wishAll(deps, { ...order, kind: action }, jobs);
  const delivered = delivery().catch((error: unknown) => {
    deps.log.warn({ err: error }, 'a bulk action was not delivered whole; the sweeper delivers the rest');
  });
  await atMostFor(DELIVERY_MS, delivered);
  return refused;
}

interface Stored {
  refused: BulkRefusal[];
  delivery: () => Promise<void>;
}

/** Jobs in one transaction: their rows stay locked until its end. */
const BATCH = 100;

async function wishAll(
  deps: BulkDeps,
  { wish, kind, madeBy }: BulkOrder & { kind: WishKind },
  jobs: BulkMatch[],
): Promise<Stored> {
  const stored: Wish[] = [];
  for (let at = 0; at < jobs.length; at += BATCH) {
    const ids = jobs.slice(at, at + BATCH).map(({ id }) => id);
    stored.push(...(await insertWishes(deps.db, { ids, wish: { ...wish, action: kind }, madeBy })));
  }
  const taken = new Set(stored.map(({ jobId }) => jobId));
  const missed = jobs.filter(({ id }) => !taken.has(id)).map(({ id }) => id);
  const now =
    missed.length === 0
      ? []
      : await matchBulk(deps.db, { filter: { ids: missed }, wish, part: 'others', limit: missed.length });
  return { refused: refuse(wish, now), delivery: () => sendWishes(deps, stored) };
}

const ROWS_AT_ONCE = 4;
const STARTS_AT_ONCE = 10;

async function retryAll(deps: BulkDeps, jobs: BulkMatch[]): Promise<Stored> {
  const begun: JobRow[] = [];
  const refused: BulkRefusal[] = [];
  await eachAtMost(ROWS_AT_ONCE, jobs, async ({ id }) => {
    try {
      begun.push(await beginRetry(deps, { jobId: id }));
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'superseded') throw error;
      refused.push({ id, reason: `was not retried: ${error.message}` });
    }
  });
  return { refused, delivery: () => startAll(deps, begun) };
}

/** Once Temporal does not answer, the rest stays pending for the sweeper. */
async function startAll(deps: BulkDeps, jobs: JobRow[]): Promise<void> {
  let away = false;
  await eachAtMost(STARTS_AT_ONCE, jobs, async (job) => {
    if (!away) away = (await startJob(deps, job)) === undefined;
  });
}
