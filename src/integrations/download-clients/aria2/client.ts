import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import type { DownloadItem } from '../../../domain/acquisition/download.js';
import { Fault, normalizeError } from '../../../domain/faults.js';
import type { AddDownload, ClientFile, DownloadClient, RemoveDownload } from '../port.js';
import { removeDownloadedFiles } from './remove-files.js';
import { Aria2Refusal, createAria2Rpc, type Aria2Rpc } from './rpc.js';
import { aria2Status, STATUS_KEYS, toDownloadItem, type Aria2Status } from './status.js';

export interface Aria2ClientOptions {
  id: string;
  rpcUrl: string;
  secret?: string;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

const LIST_SIZE = 1_000;
const text = z.string();

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
    protocols: ['torrent'],
    probe: async (signal) => {
      const { version } = await rpc.call('aria2.getVersion', [], z.object({ version: text }), signal);
      const { sessionId } = await rpc.call('aria2.getSessionInfo', [], z.object({ sessionId: text }), signal);
      return { product: 'aria2', version, sessionId };
    },
    check: () => Promise.resolve({ warnings: [] }),
    itemIdFor: (ownerKey, contentKey) =>
      createHash('sha256').update(`${ownerKey}\n${contentKey.toLowerCase()}`).digest('hex').slice(0, 16),
    add: (download, signal) => add(rpc, download, signal),
    list: (signal) => list(rpc, signal),
    files: (id, signal) => files(rpc, id, signal),
    pause: (id, signal) => setPaused(rpc, { id, method: 'aria2.forcePause', paused: true }, signal),
    resume: (id, signal) => setPaused(rpc, { id, method: 'aria2.unpause', paused: false }, signal),
    // It verifies what is on disk at each add that resumes; there is nothing else to ask it.
    recheck: () => Promise.resolve(),
    remove: (id, options, signal) => remove(rpc, { id, ...options }, signal),
  };
}

async function find(rpc: Aria2Rpc, gid: string, signal: AbortSignal): Promise<Aria2Status | undefined> {
  try {
    return await rpc.call('aria2.tellStatus', [gid, STATUS_KEYS], aria2Status, signal);
  } catch (error) {
    if (error instanceof Aria2Refusal && /not found/i.test(error.message)) return undefined;
    throw error;
  }
}

async function get(rpc: Aria2Rpc, gid: string, signal: AbortSignal): Promise<Aria2Status> {
  const status = await find(rpc, gid, signal);
  if (status !== undefined) return status;
  throw new Fault('gone', `aria2 has no item ${gid}`);
}

/** Whatever aria2 answers, and when its answer is lost, the item is looked up afterwards. */
async function add(rpc: Aria2Rpc, download: AddDownload, signal: AbortSignal): Promise<void> {
  const { clientItemId: gid, directory, content } = download;
  if (content.kind !== 'torrent') throw new Fault('defect', `Expected a torrent, got ${content.kind}`);
  const existing = await find(rpc, gid, signal);
  if (existing !== undefined && isUsable(existing)) return;
  if (existing !== undefined) await forget(rpc, existing, signal);
  // Without its directory the item never enters the session file, and a crash loses it (acquisition.md §2.7).
  await mkdir(download.hostDirectory, { recursive: true });
  await removeEmptyControlFiles(existing);
  const resume = download.resume || existing !== undefined;
  const options = { gid, dir: directory, ...(resume ? { 'check-integrity': 'true' } : {}) };
  let refusal: Error | undefined;
  try {
    await rpc.call(
      'aria2.addTorrent',
      [Buffer.from(content.bytes).toString('base64'), [], options],
      text,
      signal,
    );
  } catch (error) {
    if (signal.aborted) throw error;
    refusal = normalizeError(error);
  }
  if ((await find(rpc, gid, signal)) !== undefined) return;
  if (refusal instanceof Aria2Refusal) {
    const blamed = /bencode|torrent|metadata/i.test(refusal.message) ? 'release_fault' : 'transient';
    throw new Fault(blamed, `aria2 refused the torrent: ${refusal.message}`, { cause: refusal });
  }
  throw refusal ?? new Fault('transient', 'aria2 took the torrent, but does not have it');
}

function isUsable({ status }: Aria2Status): boolean {
  return status === 'active' || status === 'waiting' || status === 'paused' || status === 'complete';
}

/** After a full disk the control file has 0 bytes, and re-adding fails until it is gone. */
async function removeEmptyControlFiles(existing: Aria2Status | undefined): Promise<void> {
  const name = existing?.bittorrent?.info?.name;
  if (existing === undefined || name === undefined) return;
  const control = path.join(existing.dir, `${name}.aria2`);
  const { size } = (await stat(control).catch(() => undefined)) ?? { size: 1 };
  if (size === 0) await rm(control, { force: true });
}

async function list(rpc: Aria2Rpc, signal: AbortSignal): Promise<DownloadItem[]> {
  const lists = await rpc.multicall(
    [
      { method: 'aria2.tellActive', params: [STATUS_KEYS] },
      { method: 'aria2.tellWaiting', params: [0, LIST_SIZE, STATUS_KEYS] },
      { method: 'aria2.tellStopped', params: [0, LIST_SIZE, STATUS_KEYS] },
    ],
    signal,
  );
  return lists.flatMap((items) => z.array(aria2Status).parse(items).map(toDownloadItem));
}

async function files(rpc: Aria2Rpc, gid: string, signal: AbortSignal): Promise<ClientFile[]> {
  const status = await get(rpc, gid, signal);
  return status.files.map((file) => ({
    path: path.relative(status.dir, file.path).split(path.sep).join('/'),
    sizeBytes: file.length,
    completedBytes: file.completedLength,
  }));
}

const SETTLE_MS = 100;
const SETTLE_TIMES = 50;

/** Both calls are asynchronous in aria2: this returns once the state is seen. */
async function setPaused(
  rpc: Aria2Rpc,
  wish: { id: string; method: string; paused: boolean },
  signal: AbortSignal,
): Promise<void> {
  const isMet = ({ status }: Aria2Status): boolean =>
    (status === 'paused') === wish.paused || !isPausable(status);
  if (isMet(await get(rpc, wish.id, signal))) return;
  try {
    await rpc.call(wish.method, [wish.id], text, signal);
  } catch (error) {
    if (!(error instanceof Aria2Refusal) || !/cannot be (un)?paused/i.test(error.message)) throw error;
  }
  for (let times = 0; times < SETTLE_TIMES; times += 1) {
    if (isMet(await get(rpc, wish.id, signal))) return;
    await sleep(SETTLE_MS);
  }
}

function isPausable(status: Aria2Status['status']): boolean {
  return status === 'active' || status === 'waiting' || status === 'paused';
}

/** Stops the item and takes it off aria2's lists; its files stay. */
async function forget(rpc: Aria2Rpc, status: Aria2Status, signal: AbortSignal): Promise<void> {
  if (isPausable(status.status))
    await rpc.call('aria2.forceRemove', [status.gid], text, signal).catch(ignoreRefusal);
  for (let times = 0; times < SETTLE_TIMES; times += 1) {
    const now = await find(rpc, status.gid, signal);
    if (now === undefined) return;
    if (!isPausable(now.status))
      await rpc.call('aria2.removeDownloadResult', [status.gid], text, signal).catch(ignoreRefusal);
    else await sleep(SETTLE_MS);
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Aria2Refusal)) throw error;
}

async function remove(
  rpc: Aria2Rpc,
  { id, deleteData, hostDirectory }: RemoveDownload & { id: string },
  signal: AbortSignal,
): Promise<void> {
  const status = await find(rpc, id, signal);
  if (status !== undefined) await forget(rpc, status, signal);
  if (deleteData) await removeDownloadedFiles(hostDirectory, status);
}
