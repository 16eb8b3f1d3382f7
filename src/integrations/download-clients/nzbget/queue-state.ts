import type { QueueState } from './item.js';
import { logLines, serverStatus, settings, type Group } from './records.js';
import type { NzbgetRpc } from './rpc.js';

const MIB = 1_048_576;
const LAST_LINES = 30;

/** How NZBGet as a whole stands; what costs a further call is asked only where it matters. */
export async function readQueueState(
  rpc: NzbgetRpc,
  groups: readonly Group[],
  signal: AbortSignal,
): Promise<QueueState> {
  const status = await rpc('status', [], serverStatus, signal);
  const connections = groups.reduce((sum, { activeDownloads }) => sum + activeDownloads, 0);
  const isIdle = connections > 0 && status.bytesPerSecond === 0;
  const trouble = isIdle ? await lastTrouble(rpc, NEWS_SERVER, signal) : undefined;
  return {
    paused: status.isPaused ? await whyPaused(rpc, status.freeBytes, signal) : 'no',
    bytesPerSecond: status.bytesPerSecond,
    connections,
    ...(trouble === undefined ? {} : { newsServerTrouble: trouble }),
  };
}

/**
 * NZBGet pauses itself below its setting DiskSpace (MB), and never goes on by itself. Its status tells the space of one
 * of its folders only, and says whether it is paused but not why: its log does.
 */
async function whyPaused(
  rpc: NzbgetRpc,
  freeBytes: number | undefined,
  signal: AbortSignal,
): Promise<QueueState['paused']> {
  const configured = await rpc('config', [], settings, signal);
  const reserve = Number(configured.get('DiskSpace') ?? 0) * MIB;
  if (freeBytes !== undefined && freeBytes < reserve) return 'disk_full';
  return (await lastTrouble(rpc, LOW_SPACE, signal)) === undefined ? 'by_person' : 'disk_full';
}

interface Trouble {
  line: RegExp;
  /** A line that says that it is over. */
  over: RegExp;
}

/** Articles that were under way still arrive after it, so only a new one tells that it goes on. */
const LOW_SPACE: Trouble = { line: /^low disk space on /i, over: /^downloading /i };
/** Refused log-ins and dead servers show only in the log: the items themselves look busy (measured). */
const NEWS_SERVER: Trouble = {
  line: /^(authorization for .+ failed|could not connect to .+)/i,
  over: /^successfully downloaded /i,
};

/** The last such line of the log, unless it is over. */
async function lastTrouble(
  rpc: NzbgetRpc,
  trouble: Trouble,
  signal: AbortSignal,
): Promise<string | undefined> {
  const lines = (await rpc('log', [0, LAST_LINES], logLines, signal)).map(({ Text }) => Text);
  const at = lines.findLastIndex((text) => trouble.line.test(text));
  const over = lines.findLastIndex((text) => trouble.over.test(text));
  return at > over ? lines[at]?.slice(0, 200) : undefined;
}
