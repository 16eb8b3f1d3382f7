import { z } from 'zod';

import type { DownloadItem } from '../../../domain/acquisition/download.js';
import { Fault } from '../../../domain/faults.js';
import type { DownloadClient, RemoveDownload } from '../port.js';
import { removeOwnFolders } from '../usenet/own-folder.js';
import { usenetTag } from '../usenet/tag.js';
import { addNzb } from './add.js';
import { checkSettings } from './check.js';
import { createFailureLog, type FailureLog } from './failure-log.js';
import { edit, find, get, readEntries, settle } from './entries.js';
import { groupToItem, historyToItem } from './item.js';
import { readQueueState } from './queue-state.js';
import { createNzbgetRpc, type NzbgetOptions, type NzbgetRpc } from './rpc.js';

const OLDEST_VERSION = 16;

/** NZBGet over JSON-RPC. An item is found by our tag among its parameters, so that every call can be repeated. */
export function createNzbgetClient({ id, ...options }: NzbgetOptions & { id: string }): DownloadClient {
  const rpc = createNzbgetRpc(options);
  const failureLog = createFailureLog(rpc);
  return {
    id,
    kind: 'nzbget',
    protocols: ['usenet'],
    probe: async (signal) => ({ product: 'NZBGet', version: await version(rpc, signal) }),
    check: (signal) => checkSettings(rpc, signal),
    itemIdFor: usenetTag,
    add: (download, signal) => addNzb({ rpc, failureLog }, download, signal),
    list: (signal) => list(rpc, failureLog, signal),
    // What is in the NZB is not what lies in the folder in the end.
    files: async (tag, signal) => {
      await get(rpc, tag, signal);
      return undefined;
    },
    pause: (tag, signal) => setPaused(rpc, { tag, paused: true }, signal),
    resume: (tag, signal) => setPaused(rpc, { tag, paused: false }, signal),
    remove: (tag, wish, signal) => remove(rpc, { tag, ...wish }, signal),
  };
}

/** Up to 13 `append` had another signature, and there were no parameters to find an item by. */
async function version(rpc: NzbgetRpc, signal: AbortSignal): Promise<string> {
  const told = await rpc('version', [], z.string(), signal);
  if (Number.parseInt(told, 10) >= OLDEST_VERSION) return told;
  throw new Fault('bad_input', `Expected NZBGet ${OLDEST_VERSION} or later, got ${told}`, {
    remedy: 'Install a newer NZBGet',
  });
}

async function list(rpc: NzbgetRpc, failureLog: FailureLog, signal: AbortSignal): Promise<DownloadItem[]> {
  const { groups, history } = await readEntries(rpc, signal);
  const queue = await readQueueState(rpc, groups, signal);
  const items = groups.map((entry) => groupToItem(entry, queue));
  for (const entry of history)
    items.push(historyToItem(entry, await failureLog.environmentOf(entry, signal)));
  return items;
}

/** Resuming also fetches every repair block, needed or not, unless these are put back. */
async function setPaused(
  rpc: NzbgetRpc,
  { tag, paused }: { tag: string; paused: boolean },
  signal: AbortSignal,
): Promise<void> {
  const entry = await get(rpc, tag, signal);
  if (entry.kind === 'history') return;
  await edit(rpc, { command: paused ? 'GroupPause' : 'GroupResume', id: entry.id }, signal);
  if (!paused) await edit(rpc, { command: 'GroupPauseExtraPars', id: entry.id }, signal);
}

async function remove(
  rpc: NzbgetRpc,
  { tag, deleteData, hostDirectory }: RemoveDownload & { tag: string },
  signal: AbortSignal,
): Promise<void> {
  await settle(async () => {
    const entry = await find(rpc, tag, signal);
    if (entry === undefined) return true;
    const command = entry.kind === 'group' ? 'GroupFinalDelete' : 'HistoryFinalDelete';
    await edit(rpc, { command, id: entry.id }, signal);
    return (await find(rpc, tag, signal)) === undefined;
  }, signal);
  // It never deletes what is finished.
  if (deleteData) await removeOwnFolders(hostDirectory, tag);
}
