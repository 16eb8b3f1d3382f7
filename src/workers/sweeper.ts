import type { ActivityDeps } from '../activities/deps.js';
import { createJob } from '../jobs/create.js';
import { offerDefaultSchedules } from '../jobs/schedules/offer-defaults.js';
import { sweepOften, sweepSeldom } from '../jobs/sweep.js';
import { restoreRequests } from '../store/acquisition/requests.js';
import { retryCleanups } from './cleanups.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';

const SWEEPER_LOCK = 4_100_010;
const OFTEN_MS = 5_000;
const SELDOM_MS = 60_000;

/** The loop of `core` that repairs every disagreement between rows and Temporal (jobs.md §4). */
export function startSweeper(
  deps: ActivityDeps,
  {
    defaultSchedules = false,
    ...options
  }: {
    ownTemporal?: boolean;
    /** Makes those that were never made; not where several databases share one Temporal. */
    defaultSchedules?: boolean;
  } = {},
): LeaderLoop {
  const seldom = besidePasses(deps, async () => {
    if (defaultSchedules) await offerDefaultSchedules(deps);
    await sweepSeldom(deps, options);
    await bringBackRequests(deps);
  });
  const loop = startLeaderLoop({
    name: 'sweeper',
    lock: SWEEPER_LOCK,
    everyMs: OFTEN_MS,
    db: deps.db,
    log: deps.log,
    pass: async ({ ledMs }) => {
      await sweepOften(deps, { ledMs, ...options, comparisonEnds: seldom.ends });
      await retryCleanups(deps);
      seldom.beginIfDue({ leadsNewly: ledMs <= OFTEN_MS });
    },
  });
  return {
    nudge: loop.nudge,
    stop: async () => {
      await loop.stop();
      await seldom.ends();
    },
  };
}

interface Beside {
  beginIfDue: (now: { leadsNewly: boolean }) => void;
  ends: () => Promise<void>;
}

/**
 * What runs each 60 s, one at a time, and keeps no pass waiting: a comparison grows with the house, and a wish or a
 * dead worker's attempt must not wait for that. It begins only after a pass, which looks for an older copy first.
 */
function besidePasses({ log }: ActivityDeps, work: () => Promise<void>): Beside {
  let begunAt = -Infinity;
  let isDue = false;
  let running: Promise<void> | undefined;
  return {
    beginIfDue: ({ leadsNewly }) => {
      isDue ||= leadsNewly || performance.now() - begunAt >= SELDOM_MS;
      if (!isDue || running !== undefined) return;
      isDue = false;
      begunAt = performance.now();
      running = work()
        .catch((error: unknown) => {
          isDue = true;
          log.warn({ err: error }, 'comparing rows with Temporal failed; it is tried again');
        })
        .finally(() => {
          running = undefined;
        });
    },
    ends: async () => {
      await running;
    },
  };
}

/** A request that Temporal knows and the board does not; what it filed is found by a scan. */
async function bringBackRequests(deps: ActivityDeps): Promise<void> {
  for (const libraryId of await restoreRequests(deps.db)) {
    deps.log.warn({ libraryId }, 'requests that an older copy had lost are on the board again');
    await createJob(deps, { type: 'library_scan', params: { libraryId }, createdBy: 'sweeper' });
  }
}
