import { z } from 'zod';

import { Fault } from '../../../domain/faults.js';
import type { ClientFile, DownloadClient, RemoveDownload } from '../port.js';
import { settle } from '../settle.js';
import { itemHash } from '../torrent-words.js';
import { untilFilesGone } from '../until-files-gone.js';
import { addTorrent } from './add.js';
import { checkTransmission } from './check.js';
import { finishChecks } from './recheck.js';
import { createTransmissionRpc, PRODUCT, type TransmissionAddress, type TransmissionRpc } from './rpc.js';
import { CHECKING, FIELDS, STOPPED, toDownloadItem, torrentStatus, type TorrentStatus } from './status.js';

export interface TransmissionClientOptions extends TransmissionAddress {
  id: string;
}

const LEAST_RPC = 16;

const nothing = z.object({});
const torrents = z.object({ torrents: z.array(torrentStatus) });
const fileList = z.object({
  torrents: z.array(
    z.object({
      files: z.array(z.object({ name: z.string(), length: z.number(), bytesCompleted: z.number() })),
    }),
  ),
});

/** Transmission 3.00 and later over its RPC; an item's id is its info hash. */
export function createTransmissionClient(options: TransmissionClientOptions): DownloadClient {
  const rpc = createTransmissionRpc(options);
  return {
    id: options.id,
    kind: 'transmission',
    protocols: ['torrent'],
    probe: (signal) => probe(rpc, signal),
    check: (signal) => checkTransmission(rpc, signal),
    itemIdFor: (_ownerKey, contentKey) => itemHash(contentKey),
    add: (download, signal) => {
      const id = download.clientItemId;
      return addTorrent({ rpc, find: (wanted) => find(rpc, id, wanted), download, signal });
    },
    list: async (signal) => {
      const all = await rpc.call('torrent-get', { fields: FIELDS }, torrents, signal);
      await finishChecks(rpc, all.torrents, signal);
      return all.torrents.map(toDownloadItem);
    },
    files: (id, signal) => files(rpc, id, signal),
    pause: (id, signal) => setRunning(rpc, { id, method: 'torrent-stop', runs: false }, signal),
    resume: (id, signal) => setRunning(rpc, { id, method: 'torrent-start', runs: true }, signal),
    remove: (id, wish, signal) => remove(rpc, { id, ...wish }, signal),
  };
}

const session = z.object({ version: z.string(), 'rpc-version': z.number() });

/** Its session id is of no use here: it changes each hour, not only with a start. */
async function probe(
  rpc: TransmissionRpc,
  signal: AbortSignal,
): Promise<{ product: string; version: string }> {
  const { version, 'rpc-version': rpcVersion } = await rpc.call('session-get', {}, session, signal);
  if (rpcVersion >= LEAST_RPC) return { product: PRODUCT, version };
  throw new Fault(
    'bad_input',
    `Expected Transmission's RPC version ${LEAST_RPC} or later, got ${rpcVersion} (Transmission ${version})`,
    { remedy: 'Update Transmission to 3.00 or later' },
  );
}

async function find(
  rpc: TransmissionRpc,
  id: string,
  signal: AbortSignal,
): Promise<TorrentStatus | undefined> {
  const found = await rpc.call('torrent-get', { ids: [id], fields: FIELDS }, torrents, signal);
  return found.torrents[0];
}

async function get(rpc: TransmissionRpc, id: string, signal: AbortSignal): Promise<TorrentStatus> {
  const found = await find(rpc, id, signal);
  if (found !== undefined) return found;
  throw new Fault('gone', `Transmission has no item ${id}`);
}

async function files(rpc: TransmissionRpc, id: string, signal: AbortSignal): Promise<ClientFile[]> {
  const found = await rpc.call('torrent-get', { ids: [id], fields: ['files'] }, fileList, signal);
  const [torrent] = found.torrents;
  if (torrent === undefined) throw new Fault('gone', `Transmission has no item ${id}`);
  return torrent.files.map(({ name, length, bytesCompleted }) => ({
    path: name,
    sizeBytes: length,
    completedBytes: bytesCompleted,
  }));
}

/** Both are done a moment after the answer: this returns once it is seen. */
async function setRunning(
  rpc: TransmissionRpc,
  wish: { id: string; method: string; runs: boolean },
  signal: AbortSignal,
): Promise<void> {
  // Whether it runs after a check is not told: it is asked to, since else it may stay as it was before.
  const isMet = ({ status }: TorrentStatus): boolean => (wish.runs ? status > CHECKING : status === STOPPED);
  if (isMet(await get(rpc, wish.id, signal))) return;
  await rpc.call(wish.method, { ids: [wish.id] }, nothing, signal);
  await settle(async () => {
    const now = await get(rpc, wish.id, signal);
    return isMet(now) || (wish.runs && now.status !== STOPPED);
  }, signal);
}

async function remove(
  rpc: TransmissionRpc,
  { id, deleteData, hostDirectory }: RemoveDownload & { id: string },
  signal: AbortSignal,
): Promise<void> {
  if ((await find(rpc, id, signal)) === undefined) return;
  const listed = deleteData ? await files(rpc, id, signal) : [];
  const wish = { ids: [id], 'delete-local-data': deleteData };
  await rpc.call('torrent-remove', wish, nothing, signal);
  const gone = await settle(async () => (await find(rpc, id, signal)) === undefined, signal);
  if (!gone) throw new Fault('transient', `Transmission was asked to remove ${id}, but still has it`);
  await untilFilesGone(hostDirectory, listed, signal);
}
