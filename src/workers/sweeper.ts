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
  let seldomAt = 0;
  return startLeaderLoop({
    name: 'sweeper',
    lock: SWEEPER_LOCK,
    everyMs: OFTEN_MS,
    db: deps.db,
    log: deps.log,
    pass: async (leadership) => {
      await sweepOften(deps, { ...leadership, ...options });
      await retryCleanups(deps);
      if (performance.now() - seldomAt < SELDOM_MS && seldomAt > 0 && leadership.ledMs > OFTEN_MS) return;
      seldomAt = performance.now();
      if (defaultSchedules) await offerDefaultSchedules(deps);
      await sweepSeldom(deps, options);
      await bringBackRequests(deps);
    },
  });
}

/** A request that Temporal knows and the board does not; what it filed is found by a scan. */
async function bringBackRequests(deps: ActivityDeps): Promise<void> {
  for (const libraryId of await restoreRequests(deps.db)) {
    deps.log.warn({ libraryId }, 'requests that an older copy had lost are on the board again');
    await createJob(deps, { type: 'library_scan', params: { libraryId }, createdBy: 'sweeper' });
  }
}
