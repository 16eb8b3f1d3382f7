import { orphans } from '../store/children.js';
import { databaseTime, recordSwept, sweptAt } from '../store/comparison.js';
import { foldJobCounts } from '../store/job-counts.js';
import { forgetOldKeys } from '../store/idempotency.js';
import { forgetOldRepairs } from '../store/repairs.js';
import { removeLeasesOfDeadWorkers } from '../store/leases.js';
import { endAttemptsOfDeadWorkers } from '../store/steps.js';
import { allParts, eachApart } from './apart.js';
import { compareAll } from './compare.js';
import { confirmProposed } from './confirm.js';
import type { JobsDeps } from './deps.js';
import { endForgottenAttempts } from './forgotten.js';
import { watchForOlderCopy } from './older-copy.js';
import { mendPermits } from './permits.js';
import { applyQueues } from './queues.js';
import { isOurTemporal } from './recover.js';
import { forgetOldJobs } from './retention.js';
import { reconcileSchedules } from './schedules/apply.js';
import { startPending } from './start.js';
import { markPaused, markStuck } from './trouble.js';
import { makeWish, resendWishes } from './wish.js';

/** Unseen for 12 s means dead: three missed reports of 4 s each. */
const DEAD_WORKER_MS = 12_000;
/** Passes are 5 s apart: this early there was none before. */
const BEGINS_MS = 5_000;

/**
 * One pass of what runs each 5 s (jobs.md §4). Each part is safe to run twice. `ledMs`: how long the sweeper
 * has had the database; after it was away, living workers must have had the time to report themselves.
 * @param comparisonEnds waits for a `sweepSeldom` that runs beside: after an older copy was restored nothing may act on
 *   what was read before.
 */
export async function sweepOften(
  deps: JobsDeps,
  {
    ledMs,
    ownTemporal = false,
    comparisonEnds = () => Promise.resolve(),
  }: { ledMs: number; ownTemporal?: boolean; comparisonEnds?: () => Promise<void> },
): Promise<void> {
  await allParts([
    // First: the other parts act on what the rows say.
    () => watchForOlderCopy(deps, { ownTemporal, comparisonEnds }),
    () => foldJobCounts(deps.db),
    async () => {
      if (ledMs < DEAD_WORKER_MS) return;
      await endAttemptsOfDeadWorkers(deps.db, DEAD_WORKER_MS);
      await removeLeasesOfDeadWorkers(deps.db, DEAD_WORKER_MS);
    },
    () => mendPermits(deps),
    () => confirmProposed(deps),
    () => startPending(deps),
    () => resendWishes(deps),
    () => applyQueues(deps, { all: ledMs < BEGINS_MS }),
    () => endOrphans(deps),
  ]);
}

/** (e): open children of ended parents, whose parent-close policy was not carried out. */
async function endOrphans(deps: JobsDeps): Promise<void> {
  await eachApart(deps, await orphans(deps.db), (jobId) =>
    makeWish(deps, { jobId, kind: 'cancel', madeBy: 'sweeper: its parent ended' }),
  );
}

/** The first look back, where no pass is on record. */
const FIRST_LOOK_BACK_MS = 24 * 3_600_000;
/** What closed shortly before the last pass began may have been listed late. */
const OVERLAP_MS = 60_000;

/**
 * One pass of what runs each 60 s: rows and Temporal's runs are compared, from where this database says that the
 * last pass began: an older copy of it brings its own time along, and is caught up with from there.
 * @param ownTemporal Postgres and Temporal are this process's own: another Temporal is ours with a new store.
 */
export async function sweepSeldom(
  deps: JobsDeps,
  { ownTemporal = false }: { ownTemporal?: boolean } = {},
): Promise<void> {
  const begun = await databaseTime(deps.db);
  const last = (await sweptAt(deps.db)) ?? new Date(begun.getTime() - FIRST_LOOK_BACK_MS);
  const mayRecover = await isOurTemporal(deps, { ownTemporal });
  await allParts([
    () => compareAll(deps, { since: new Date(last.getTime() - OVERLAP_MS), mayRecover }),
    () => endForgottenAttempts(deps),
    () => markStuck(deps),
    () => markPaused(deps),
    async () => {
      if (mayRecover) await reconcileSchedules(deps);
    },
  ]);
  await recordSwept(deps.db, begun);
  await forgetOldKeys(deps.db);
  await forgetOldRepairs(deps.db);
  await forgetOldJobs(deps);
}
