import type { ActivityDeps } from '../activities/deps.js';
import { applyMediaRules } from '../jobs/media-rules.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';

const RULES_LOCK = 4_100_034;
const LOOK_MS = 5_000;

/** The loop of `core` that starts what rules say for new videos. */
export function startMediaRules(deps: ActivityDeps): LeaderLoop {
  return startLeaderLoop({
    name: 'media rules',
    lock: RULES_LOCK,
    everyMs: LOOK_MS,
    db: deps.db,
    log: deps.log,
    pass: () => applyMediaRules(deps),
  });
}
