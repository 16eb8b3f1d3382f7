import type { ActivityDeps } from '../activities/deps.js';
import { removeOldScratch } from '../activities/media/old-scratch.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';

const SCRATCH_LOCK = 4_100_035;
const HOUR_MS = 3_600_000;

/** The loop of `core` that takes away what encodes have left for nobody. */
export function startScratchLoop(deps: ActivityDeps): LeaderLoop {
  return startLeaderLoop({
    name: 'scratch',
    lock: SCRATCH_LOCK,
    everyMs: HOUR_MS,
    db: deps.db,
    log: deps.log,
    pass: async () => {
      const removed = await removeOldScratch(deps);
      if (removed.length > 0) deps.log.info({ removed }, 'segments that nobody goes on with were removed');
    },
  });
}
