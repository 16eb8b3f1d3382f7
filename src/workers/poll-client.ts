import { openClient } from '../activities/acquisition/connect.js';
import type { ActivityDeps } from '../activities/deps.js';
import type { DownloadItem } from '../domain/acquisition/download.js';
import { Fault, normalizeError } from '../domain/faults.js';
import type { DownloadClient } from '../integrations/download-clients/port.js';
import { recordWished, type PolledDownload } from '../store/acquisition/polled-downloads.js';
import { recordClientReach, type DownloadClientRow } from '../store/acquisition/download-clients.js';
import { pollOne } from './poll-one.js';

export interface ClientPoll {
  client: DownloadClientRow;
  downloads: PolledDownload[];
  /** The rows are no older copy's: what they say may be acted upon. */
  trusted: boolean;
  signal: AbortSignal;
}

/** False when the client cannot be reached: no state of any download changes then (acquisition.md §4.1). */
export async function pollClient(deps: ActivityDeps, poll: ClientPoll): Promise<boolean> {
  const { client: row, signal } = poll;
  const client = openClient(deps, row);
  try {
    const { sessionId } = await client.probe(signal);
    const clientRestarted = row.sessionId !== null && sessionId !== undefined && sessionId !== row.sessionId;
    if (poll.downloads.length > 0) await pollDownloads(deps, { ...poll, adapter: client, clientRestarted });
    await recordClientReach(deps.db, { id: row.id, sessionId: sessionId ?? null, error: null });
    return true;
  } catch (error) {
    const isTheirs = error instanceof Fault && (error.kind === 'environment' || error.kind === 'credentials');
    const isLate = signal.aborted;
    if (!isTheirs && !isLate) {
      // One client that answers oddly must not keep the others from being asked.
      deps.log.warn({ client: row.id, err: error }, 'a poll of a download client failed');
    }
    await recordClientReach(deps.db, { id: row.id, sessionId: null, error: normalizeError(error).message });
    return false;
  }
}

async function pollDownloads(
  deps: ActivityDeps,
  poll: ClientPoll & { adapter: DownloadClient; clientRestarted: boolean },
): Promise<void> {
  const { adapter, downloads, signal } = poll;
  const seen = await adapter.list(signal);
  const items = (await steer(deps, { ...poll, items: seen })) ? await adapter.list(signal) : seen;
  const byId = new Map(items.map((item) => [item.clientItemId, item]));
  for (const download of downloads) {
    await pollOne(deps, { ...poll, download, item: byId.get(download.clientItemId) });
  }
}

/**
 * The job's row says whether bytes may move; the client is made to agree. One that somebody has paused in the client
 * itself stays so (acquisition.md §4.2). True when something was asked of the client.
 */
async function steer(
  deps: ActivityDeps,
  poll: { adapter: DownloadClient; downloads: PolledDownload[]; items: DownloadItem[]; signal: AbortSignal },
): Promise<boolean> {
  const states = new Map(poll.items.map((item) => [item.clientItemId, item.state]));
  let asked = false;
  for (const [clientItemId, owners] of byItem(poll.downloads)) {
    const state = states.get(clientItemId);
    // Of several owners one that may go on is enough.
    const held = owners.every(({ paused }) => paused);
    if (held && state !== undefined && MOVING.includes(state)) {
      for (const { id } of owners) await recordWished(deps.db, { id, wished: 'pause' });
      await poll.adapter.pause(clientItemId, poll.signal);
      asked = true;
    }
    if (!held && state === 'paused' && owners.some(({ wished }) => wished === 'pause')) {
      await poll.adapter.resume(clientItemId, poll.signal);
      for (const { id } of owners) await recordWished(deps.db, { id, wished: 'run' });
      asked = true;
    }
  }
  return asked;
}

const MOVING: readonly DownloadItem['state'][] = ['active', 'stalled', 'queued', 'metadata'];

function byItem(downloads: readonly PolledDownload[]): Map<string, PolledDownload[]> {
  const owners = new Map<string, PolledDownload[]>();
  for (const download of downloads) {
    owners.set(download.clientItemId, [...(owners.get(download.clientItemId) ?? []), download]);
  }
  return owners;
}
