import type { ActivityDeps } from '../activities/deps.js';
import { doublingWait } from '../domain/jobs/backoff.js';
import { openDownloads } from '../store/acquisition/polled-downloads.js';
import { listDownloadClients, type DownloadClientRow } from '../store/acquisition/download-clients.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';
import { pollClient } from './poll-client.js';

const POLLER_LOCK = 4_100_020;
/** The embedded client is on this machine and answers in one call; a distant one is asked each 10 s (acquisition.md §4.1). */
const EMBEDDED_TICK_MS = 1_000;
const TICK_MS = 10_000;
const SEEDING_TICK_MS = 60_000;
const IDLE_TICK_MS = 15_000;
const AWAY_MS = { first: 20_000, max: 300_000 };
const CALL_MS = 15_000;
/** One that was away may hang, and the others wait for it. */
const AWAY_CALL_MS = 3_000;
/**
 * A database that has just come back may be an older copy: the sweeper compares it with Temporal at once, and until
 * that is done nothing is fetched again by its word.
 */
const TRUSTED_AFTER_MS = 20_000;

interface Rhythm {
  dueMs: number;
  /** Times in a row that it could not be reached. */
  failures: number;
}

/** The loop of `core` that asks every download client in one call, writes facts and signals transitions. */
export function startDownloadPoller(deps: ActivityDeps): LeaderLoop {
  const rhythms = new Map<string, Rhythm>();
  return startLeaderLoop({
    name: 'download poller',
    lock: POLLER_LOCK,
    everyMs: () => Math.max(0, nextDue(rhythms) - performance.now()),
    listen: ['longplay_paused', 'longplay_downloads'],
    db: deps.db,
    log: deps.log,
    pass: async ({ ledMs }) => {
      const nowMs = performance.now();
      // Before anything is due somebody has called: a pause must be seen at once.
      const isCalled = nowMs < nextDue(rhythms);
      const clients = (await listDownloadClients(deps.db)).filter(({ enabled }) => enabled);
      const asked = clients.filter(({ id }) => isCalled || (rhythms.get(id)?.dueMs ?? 0) <= nowMs);
      for (const id of rhythms.keys()) if (!clients.some((client) => client.id === id)) rhythms.delete(id);
      await Promise.all(
        asked.map(async (client) => {
          const before = rhythms.get(client.id)?.failures ?? 0;
          rhythms.set(client.id, await ask(deps, { client, before, trusted: ledMs >= TRUSTED_AFTER_MS }));
        }),
      );
    },
  });
}

function nextDue(rhythms: ReadonlyMap<string, Rhythm>): number {
  const dues = [...rhythms.values()].map(({ dueMs }) => dueMs);
  return Math.min(performance.now() + IDLE_TICK_MS, ...dues);
}

async function ask(
  deps: ActivityDeps,
  { client, before, trusted }: { client: DownloadClientRow; before: number; trusted: boolean },
): Promise<Rhythm> {
  const downloads = await openDownloads(deps.db, client.id);
  const after = (ms: number): number => performance.now() + ms;
  // One that nobody uses is asked only whether it is back: new downloads go round it until then.
  if (downloads.length === 0 && client.unreachableSince === null)
    return { dueMs: after(IDLE_TICK_MS), failures: 0 };
  const signal = AbortSignal.timeout(client.unreachableSince === null ? CALL_MS : AWAY_CALL_MS);
  if (!(await pollClient(deps, { client, downloads, trusted, signal }))) {
    const failures = before + 1;
    const waitMs = client.embedded ? EMBEDDED_TICK_MS : doublingWait(failures, AWAY_MS);
    return { dueMs: after(waitMs), failures };
  }
  if (downloads.length === 0) return { dueMs: after(IDLE_TICK_MS), failures: 0 };
  const moving = downloads.some(({ state }) => state !== 'complete' && state !== 'seeding');
  if (!moving) return { dueMs: after(client.embedded ? IDLE_TICK_MS : SEEDING_TICK_MS), failures: 0 };
  return { dueMs: after(client.embedded ? EMBEDDED_TICK_MS : TICK_MS), failures: 0 };
}
