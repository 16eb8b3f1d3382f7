import type { ActivityDeps } from '../activities/deps.js';
import { moveDemoItem, type DemoItemMove, type DemoTransition } from '../domain/demo/demo-item.js';
import type { ProgressDetail } from '../domain/jobs/progress.js';
import {
  openDemoItems,
  recordDemoLook,
  recordDemoSignalled,
  removeDemoItem,
  type OpenDemoItem,
} from '../store/demo/demo-items.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';

const DEMO_POLLER_LOCK = 4_100_033;
const TICK_MS = 500;
const IDLE_TICK_MS = 15_000;
/** Until its first pass a process waits for its turn to lead. */
const STANDBY_TICK_MS = 2_000;

type PollerDeps = Pick<ActivityDeps, 'db' | 'temporal' | 'log'>;

/** The loop of `core` that looks at all demo items, writes facts and signals transitions (jobs.md §5 "External items"). */
export function startDemoPoller(deps: PollerDeps): LeaderLoop {
  let next = STANDBY_TICK_MS;
  return startLeaderLoop({
    name: 'demo poller',
    lock: DEMO_POLLER_LOCK,
    everyMs: () => next,
    listen: ['longplay_paused', 'longplay_demo_items'],
    db: deps.db,
    log: deps.log,
    pass: async () => {
      const items = await openDemoItems(deps.db);
      next = items.length === 0 ? IDLE_TICK_MS : TICK_MS;
      for (const item of items) await lookAt(deps, item);
    },
  });
}

async function lookAt(deps: PollerDeps, item: OpenDemoItem): Promise<void> {
  if (item.ended && item.state !== 'complete') {
    await removeDemoItem(deps.db, item);
    return;
  }
  const { jobId, round, paused } = item;
  // The row says whether it may move: while its job is paused, no time passes for it.
  const move = moveDemoItem(item, paused ? 0 : item.passedMs);
  const active = !paused && move.state === 'moving';
  await recordDemoLook(deps.db, {
    ...move,
    jobId,
    round,
    active,
    detail: active ? detailOf(item, move) : null,
  });
  if (move.state === (item.signalledState ?? 'moving')) return;
  const transition: DemoTransition = {
    round,
    kind: move.state,
    detail: `It is at ${move.elapsedMs} of ${item.durationMs} ms`,
  };
  const told = await deps.temporal.signal(jobId, 'demoTransition', [transition]);
  if (told || item.ended) await recordDemoSignalled(deps.db, { jobId, round, state: move.state });
}

function detailOf({ durationMs }: OpenDemoItem, { elapsedMs }: DemoItemMove): ProgressDetail {
  return {
    step: 'external',
    done: Math.round(elapsedMs / 1_000),
    total: Math.round(durationMs / 1_000),
    unit: 'seconds',
    ratePerSecond: null,
    etaMs: durationMs - elapsedMs,
  };
}
