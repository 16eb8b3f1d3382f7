import { Fault, normalizeError } from '../domain/faults.js';
import { findJob, setJobPriority, touchJob, type JobRow } from '../store/jobs.js';
import { recordOutcome } from '../store/runs.js';
import {
  acceptWish,
  insertWish,
  openWishes,
  recordWishError,
  type Wish,
  type WishKind,
} from '../store/wishes.js';
import { eachAtMost } from '../domain/each-at-most.js';
import type { JobsDeps } from './deps.js';

type WishDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

/**
 * Stores somebody's wish, then signals it; while Temporal is away the sweeper sends it later.
 * @throws Fault bad_input for an unknown job, superseded for one that has ended.
 */
export async function makeWish(
  deps: WishDeps,
  wish: { jobId: string; kind: WishKind; priority?: number; madeBy: string },
): Promise<JobRow> {
  const job = await findJob(deps.db, wish.jobId);
  if (job === undefined) throw new Fault('gone', `There is no job "${wish.jobId}"`);
  if (job.outcomeStatus !== null) {
    throw new Fault('superseded', `${wish.jobId} is ${job.outcomeStatus}; ${wish.kind} needs an open job`, {
      remedy: wish.kind === 'cancel' ? 'Nothing is left to cancel' : 'Retry the job to begin a new round',
    });
  }
  const stored = await deps.db.transaction(async (tx) => {
    // The order among what waits is read from our rows at once; Temporal's follows.
    if (wish.priority !== undefined) await setJobPriority(tx, wish.jobId, wish.priority);
    const inserted = await insertWish(tx, wish);
    await touchJob(tx, wish.jobId);
    return inserted;
  });
  await sendWish(deps, stored);
  return (await findJob(deps.db, wish.jobId)) ?? job;
}

/** Sends one wish; an unreachable Temporal leaves it open, and is told by false. */
async function sendWish(deps: WishDeps, wish: Wish): Promise<boolean> {
  try {
    const taken = await deliver(deps, wish);
    if (taken) await acceptWish(deps.db, wish.id);
    return true;
  } catch (error) {
    await recordWishError(deps.db, wish.id, normalizeError(error).message);
    return false;
  }
}

const AT_ONCE = 10;

/**
 * Sends many, those of one job in their order. Once Temporal does not answer the rest is left to the sweeper: each
 * would wait for its deadline in vain.
 */
export async function sendWishes(deps: WishDeps, wishes: Wish[]): Promise<void> {
  const byJob = new Map<string, Wish[]>();
  for (const wish of wishes) byJob.set(wish.jobId, [...(byJob.get(wish.jobId) ?? []), wish]);
  let away = false;
  await eachAtMost(AT_ONCE, [...byJob.values()], async (ofJob) => {
    for (const wish of ofJob) if (!away) away = !(await sendWish(deps, wish));
  });
}

async function deliver(deps: WishDeps, wish: Wish): Promise<boolean> {
  const job = await findJob(deps.db, wish.jobId);
  if (job?.outcomeStatus !== null) return true;
  if (wish.kind === 'cancel') {
    if (job.acceptedRound < job.round && (await deps.temporal.describe(job.id)).state !== 'open') {
      return cancelByRow(deps, job);
    }
    return deps.temporal.cancel(wish.jobId);
  }
  const args = wish.kind === 'setPriority' ? [wish.priority] : [];
  return deps.temporal.signal(wish.jobId, wish.kind, args);
}

/** A pending job that Temporal does not know is cancelled by its row alone; the claim refuses a late start. */
async function cancelByRow(deps: WishDeps, job: JobRow): Promise<boolean> {
  return recordOutcome(deps.db, {
    jobId: job.id,
    round: job.round,
    runId: null,
    status: 'cancelled',
    result: null,
    error: null,
  });
}

export async function resendWishes(deps: WishDeps): Promise<void> {
  await sendWishes(deps, await openWishes(deps.db));
}
