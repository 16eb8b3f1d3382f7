import { z } from 'zod';

import { isTooOldForUs, MIN_ARIA2 } from '../../../domain/acquisition/aria2-version.js';
import type { DownloadItem } from '../../../domain/acquisition/download.js';
import { Fault } from '../../../domain/faults.js';
import type { ClientFile, ClientProbe, DownloadClient, RemoveDownload } from '../port.js';
import { add, gidsOf } from './add.js';
import { check } from './check.js';
import { itemIdFor } from './gids.js';
import { groupToItem, holdGroup, releaseGroup, takeTurns } from './group.js';
import { findItem, isLost, readItems, type Aria2Item } from './items.js';
import { relativeFiles, removeDownloadedFiles } from './remove-files.js';
import { createAria2Rpc, type Aria2Rpc } from './rpc.js';
import { ask, forgetAll, untilEach } from './settle.js';
import { isMetadata, isRunning, toDownloadItem, type Aria2Status } from './status.js';

export interface Aria2ClientOptions {
  id: string;
  rpcUrl: string;
  secret?: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

/** aria2 over JSON-RPC. Each item has a GID that we chose, so that every call can be repeated. */
export function createAria2Client(options: Aria2ClientOptions): DownloadClient {
  const rpc = createAria2Rpc({
    rpcUrl: options.rpcUrl,
    secret: options.secret,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  return {
    id: options.id,
    kind: 'aria2',
    protocols: ['torrent', 'direct'],
    probe: (signal) => probe(rpc, signal),
    check: (signal) => check(rpc, signal),
    itemIdFor,
    add: (download, signal) => add(rpc, download, signal),
    list: (signal) => list(rpc, signal),
    files: (id, signal) => files(rpc, id, signal),
    pause: (id, signal) => pause(rpc, id, signal),
    resume: (id, signal) => resume(rpc, id, signal),
    remove: (id, removing, signal) => remove(rpc, { id, ...removing }, signal),
  };
}

async function probe(rpc: Aria2Rpc, signal: AbortSignal): Promise<ClientProbe> {
  const { version } = await rpc.call('aria2.getVersion', [], z.object({ version: z.string() }), signal);
  if (isTooOldForUs(version)) {
    throw new Fault('bad_input', `Expected aria2 ${MIN_ARIA2} or later, got ${version}`, {
      remedy: 'Install a later aria2, or point ARIA2_PATH to one',
    });
  }
  const session = z.object({ sessionId: z.string() });
  const { sessionId } = await rpc.call('aria2.getSessionInfo', [], session, signal);
  return { product: 'aria2', version, sessionId };
}

/** Files of a direct item whose turn has come are started on the way. */
async function list(rpc: Aria2Rpc, signal: AbortSignal): Promise<DownloadItem[]> {
  const items = (await readItems(rpc, signal)).filter((item) => !isLost(item));
  for (const item of items) if (item.kind === 'group') await takeTurns(rpc, item, signal);
  return items.map(toItem);
}

function toItem(item: Aria2Item): DownloadItem {
  return item.kind === 'group' ? groupToItem(item) : { ...toDownloadItem(item.data), clientItemId: item.id };
}

async function get(rpc: Aria2Rpc, id: string, signal: AbortSignal): Promise<Aria2Item> {
  const item = await findItem(rpc, id, signal);
  if (item !== undefined && !isLost(item)) return item;
  throw new Fault('gone', `aria2 has no item ${id}`);
}

async function files(rpc: Aria2Rpc, id: string, signal: AbortSignal): Promise<ClientFile[]> {
  const item = await get(rpc, id, signal);
  return statusesOf(item).flatMap((status) => {
    if (isMetadata(status)) return [];
    const paths = relativeFiles(status);
    return status.files.map(({ length, completedLength }, at) => ({
      path: paths[at] ?? '',
      sizeBytes: length,
      completedBytes: completedLength,
    }));
  });
}

function statusesOf(item: Aria2Item): Aria2Status[] {
  return item.kind === 'group' ? item.members : [item.data];
}

/** What is paused and begun: an adopted item is not ours to stop. */
function steeredOf(item: Aria2Item): Aria2Status[] {
  return item.kind === 'single' && item.adopted ? [] : statusesOf(item);
}

async function pause(rpc: Aria2Rpc, id: string, signal: AbortSignal): Promise<void> {
  const item = await get(rpc, id, signal);
  const running = steeredOf(item)
    .filter(isRunning)
    .map(({ gid }) => gid);
  await ask(rpc, 'aria2.forcePause', running, signal);
  await untilEach(rpc, running, (status) => status === undefined || !isRunning(status), signal);
  const paused = item.kind === 'group' ? await get(rpc, id, signal) : item;
  if (paused.kind === 'group') await holdGroup(rpc, paused, signal);
}

/** An item that ended with an error cannot go on: it is added again. */
async function resume(rpc: Aria2Rpc, id: string, signal: AbortSignal): Promise<void> {
  const item = await get(rpc, id, signal);
  if (item.kind === 'group') {
    if (!item.note.waits) await releaseGroup(rpc, item, signal);
    return;
  }
  const paused = steeredOf(item)
    .filter(({ status }) => status === 'paused')
    .map(({ gid }) => gid);
  await ask(rpc, 'aria2.unpause', paused, signal);
  await untilEach(rpc, paused, (status) => status?.status !== 'paused', signal);
}

async function remove(
  rpc: Aria2Rpc,
  { id, deleteData, hostDirectory }: RemoveDownload & { id: string },
  signal: AbortSignal,
): Promise<void> {
  const item = await findItem(rpc, id, signal);
  if (item?.kind === 'group') {
    const gids = item.members.map(({ gid }) => gid);
    await forgetAll(rpc, gids, signal);
  } else if (item !== undefined) await forgetAll(rpc, gidsOf(item), signal);
  if (deleteData) await removeDownloadedFiles(hostDirectory, item);
}
