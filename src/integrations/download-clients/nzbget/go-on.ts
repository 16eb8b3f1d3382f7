import { z } from 'zod';

import { edit } from './entries.js';
import type { FailureLog } from './failure-log.js';
import { historyToItem } from './item.js';
import { serverStatus, type Group, type HistoryItem } from './records.js';
import type { NzbgetRpc } from './rpc.js';

/**
 * NZBGet tries nothing again by itself: what failed for want of space or of an unpacker is processed anew, and the
 * pause that it took for want of space is ended.
 */
export async function goOn(
  { rpc, failureLog }: { rpc: NzbgetRpc; failureLog: FailureLog },
  entry: Group | HistoryItem,
  signal: AbortSignal,
): Promise<void> {
  if (entry.kind === 'history') {
    const { state } = historyToItem(entry, await failureLog.environmentOf(entry, signal));
    if (state !== 'held') return;
    failureLog.forget(entry);
    await edit(rpc, { command: 'HistoryProcess', id: entry.id }, signal);
    return;
  }
  const { isPaused } = await rpc('status', [], serverStatus, signal);
  if (isPaused) await rpc('resumedownload', [], z.boolean(), signal);
}
