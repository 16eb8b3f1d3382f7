import type { ActivityDeps } from '../activities/deps.js';
import { openClient } from '../activities/acquisition/connect.js';
import { addToClient } from '../activities/acquisition/download-steps.js';
import { giveBackDownload } from '../activities/acquisition/give-back.js';
import type { DownloadItem } from '../domain/acquisition/download.js';
import { NEW_POLL_FACTS, pollDownload, type PollFacts } from '../domain/acquisition/poll-download.js';
import { Fault, normalizeError } from '../domain/faults.js';
import type { DownloadClient } from '../integrations/download-clients/port.js';
import {
  openDownloads,
  recordPoll,
  recordSignalled,
  type PolledDownload,
} from '../store/acquisition/downloads.js';
import {
  listDownloadClients,
  recordClientReach,
  type DownloadClientRow,
} from '../store/acquisition/settings.js';
import { startLeaderLoop, type LeaderLoop } from './leader-loop.js';

const POLLER_LOCK = 4_100_020;
/** The embedded client is on this machine and answers in one call; a distant one is asked each 10 s (acquisition.md §4.1). */
const EMBEDDED_TICK_MS = 1_000;
const TICK_MS = 10_000;
const IDLE_TICK_MS = 15_000;
const CALL_MS = 15_000;
/**
 * A database that has just come back may be an older copy: the sweeper compares it with Temporal at once, and until
 * that is done nothing is fetched again by its word.
 */
const TRUSTED_AFTER_MS = 20_000;

/** The loop of `core` that asks every download client in one call, writes facts and signals transitions. */
export function startDownloadPoller(deps: ActivityDeps): LeaderLoop {
  let next = TICK_MS;
  return startLeaderLoop({
    name: 'download poller',
    lock: POLLER_LOCK,
    everyMs: () => next,
    listen: ['longplay_paused', 'longplay_downloads'],
    db: deps.db,
    log: deps.log,
    pass: async ({ ledMs }) => {
      const clients = (await listDownloadClients(deps.db)).filter(({ enabled }) => enabled);
      const trusted = ledMs >= TRUSTED_AFTER_MS;
      const ticks = await Promise.all(clients.map((client) => pollClient(deps, client, trusted)));
      next = Math.min(IDLE_TICK_MS, ...ticks);
    },
  });
}

/** Returns when this client wants to be asked next, milliseconds from now. */
async function pollClient(deps: ActivityDeps, row: DownloadClientRow, trusted: boolean): Promise<number> {
  const downloads = await openDownloads(deps.db, row.id);
  if (downloads.length === 0) return IDLE_TICK_MS;
  const signal = AbortSignal.timeout(CALL_MS);
  const client = openClient(deps, row);
  try {
    const { sessionId } = await client.probe(signal);
    await steer({ client, downloads, items: await client.list(signal), signal });
    const items = new Map((await client.list(signal)).map((item) => [item.clientItemId, item]));
    const clientRestarted = row.sessionId !== null && sessionId !== undefined && sessionId !== row.sessionId;
    for (const download of downloads) {
      if (download.ownerless && trusted) await giveBack(deps, download, signal);
      else
        await pollOne(deps, {
          download,
          item: items.get(download.clientItemId),
          clientRestarted,
          trusted,
          signal,
        });
    }
    await recordClientReach(deps.db, { id: row.id, sessionId: sessionId ?? null, error: null });
  } catch (error) {
    // No state of any download changes while its client is away (acquisition.md §4.1).
    await recordClientReach(deps.db, { id: row.id, sessionId: null, error: normalizeError(error).message });
    if (!(error instanceof Fault) || error.kind !== 'environment') throw error;
  }
  const moving = downloads.some(({ state }) => state !== 'complete' && state !== 'seeding');
  return moving ? (row.embedded ? EMBEDDED_TICK_MS : TICK_MS) : IDLE_TICK_MS;
}

/** The job's row says whether bytes may move; the client is made to agree. */
async function steer(poll: {
  client: DownloadClient;
  downloads: PolledDownload[];
  items: DownloadItem[];
  signal: AbortSignal;
}): Promise<void> {
  const states = new Map(poll.items.map((item) => [item.clientItemId, item.state]));
  for (const { clientItemId, paused } of poll.downloads) {
    const state = states.get(clientItemId);
    if (state === undefined) continue;
    const moves = state === 'active' || state === 'stalled' || state === 'queued' || state === 'metadata';
    if (paused && moves) await poll.client.pause(clientItemId, poll.signal);
    if (!paused && state === 'paused') await poll.client.resume(clientItemId, poll.signal);
  }
}

async function pollOne(
  deps: ActivityDeps,
  poll: {
    download: PolledDownload;
    item: DownloadItem | undefined;
    clientRestarted: boolean;
    /** The row is no older copy's: what it says may be acted upon. */
    trusted: boolean;
    signal: AbortSignal;
  },
): Promise<void> {
  const { download, item } = poll;
  if (item === undefined && !poll.trusted) return;
  // Until the add is known to have worked its own step is in charge, not the poller.
  if (download.state === 'adding' && item === undefined && !download.active) return;
  const facts = { ...NEW_POLL_FACTS, ...(download.pollFacts as Partial<PollFacts>) };
  const judged = pollDownload({ item, facts, nowMs: Date.now(), clientRestarted: poll.clientRestarted });
  if (judged.addAgain) await addAgain(deps, download, poll.signal);
  await recordPoll(deps.db, {
    id: download.id,
    jobId: download.jobId,
    state: judged.state,
    active: judged.active && !download.paused,
    item,
    pollFacts: judged.facts,
    progressed: judged.progressed,
    detail: download.paused ? null : judged.detail,
  });
  const { transition } = judged;
  if (transition === null) return;
  const key = transition.kind === 'held' ? `held ${transition.reason} ${transition.detail}` : transition.kind;
  if (key === download.signalledState) return;
  if (await deps.temporal.signal(download.jobId, 'downloadTransition', [transition])) {
    await recordSignalled(deps.db, download.id, key);
  }
}

/** Its owner has ended without giving it back: the row that told so was lost with an older copy. */
async function giveBack(deps: ActivityDeps, download: PolledDownload, signal: AbortSignal): Promise<void> {
  deps.log.warn(
    { jobId: download.jobId, downloadId: download.id },
    'a download that nobody owns any more is given back',
  );
  await giveBackDownload(deps, { downloadId: download.id, signal });
}

/** With a check of what is on disk, so that bytes that are there are not fetched again. */
async function addAgain(deps: ActivityDeps, download: PolledDownload, signal: AbortSignal): Promise<void> {
  deps.log.warn(
    { jobId: download.jobId, downloadId: download.id },
    'the client lost a download; it gets it again',
  );
  await addToClient(deps, download.id, { resume: true, signal, fence: () => Promise.resolve() });
}
