import type { DownloadItem } from '../../../domain/acquisition/download.js';
import { Fault } from '../../../domain/faults.js';
import type { DownloadClient, RemoveDownload } from '../port.js';
import { settle } from '../settle.js';
import { itemHash } from '../torrent-words.js';
import { untilFilesGone } from '../until-files-gone.js';
import { addTorrent } from './add.js';
import { createQbittorrentApi, type QbittorrentApi } from './api.js';
import { checkQbittorrent } from './check.js';
import { dialectOf, type Dialect } from './dialect.js';
import { createQbittorrentSession, PRODUCT, type QbittorrentAddress } from './session.js';
import { stateOf, toDownloadItem, type TorrentInfo } from './states.js';

export interface QbittorrentClientOptions extends QbittorrentAddress {
  id: string;
}

/** qBittorrent 4.3 to 5.x over its Web API; an item's id is its info hash. */
export function createQbittorrentClient(options: QbittorrentClientOptions): DownloadClient {
  let known: Dialect | undefined;
  const session = createQbittorrentSession(options, {
    onLogin: () => {
      known = undefined;
    },
  });
  const api = createQbittorrentApi(session);
  const probe: DownloadClient['probe'] = async (signal) => {
    const { app, api: apiVersion } = await api.versions(signal);
    known = dialectOf(apiVersion);
    return { product: PRODUCT, version: app };
  };
  const dialect = async (signal: AbortSignal): Promise<Dialect> => {
    if (known === undefined) await probe(signal);
    return known ?? dialectOf((await api.versions(signal)).api);
  };
  return {
    id: options.id,
    kind: 'qbittorrent',
    protocols: ['torrent'],
    probe,
    check: (signal) => checkQbittorrent(api, signal),
    itemIdFor: (_ownerKey, contentKey) => itemHash(contentKey),
    add: async (download, signal) => addTorrent({ api, dialect: await dialect(signal), download, signal }),
    list: (signal) => list(api, signal),
    files: async (id, signal) => api.files((await get(api, id, signal)).hash, signal),
    pause: async (id, signal) =>
      setRunning(api, { id, path: (await dialect(signal)).stop, runs: false }, signal),
    resume: async (id, signal) =>
      setRunning(api, { id, path: (await dialect(signal)).start, runs: true }, signal),
    remove: (id, wish, signal) => remove(api, { id, ...wish }, signal),
  };
}

async function get(api: QbittorrentApi, id: string, signal: AbortSignal): Promise<TorrentInfo> {
  const found = await api.find(id, signal);
  if (found !== undefined) return found;
  throw new Fault('gone', `qBittorrent has no item ${id}`);
}

async function list(api: QbittorrentApi, signal: AbortSignal): Promise<DownloadItem[]> {
  const torrents = await api.torrents(signal);
  const failed = torrents.some(({ state }) => state === 'error');
  const log = failed ? await api.log(signal) : [];
  return torrents.map((torrent) =>
    toDownloadItem(
      torrent,
      log.findLast((line) => line.includes(`"${torrent.name}"`)),
    ),
  );
}

/** Both are done a moment after the answer: this returns once it is seen. */
async function setRunning(
  api: QbittorrentApi,
  wish: { id: string; path: string; runs: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { hash, state } = await get(api, wish.id, signal);
  // A check of what had lost its files waits until it is started; what is held stands still already.
  const isMet = isIdle(state) ? stateOf({ state }) === 'held' && !wish.runs : isStopped(state) !== wish.runs;
  if (isMet) return;
  await api.post(wish.path, { hashes: hash }, signal);
  await settle(async () => {
    const now = (await get(api, wish.id, signal)).state;
    return isStopped(now) !== wish.runs || isIdle(now);
  }, signal);
}

function isStopped(word: string): boolean {
  return /^(paused|stopped)/.test(word);
}

/** Neither running nor stopped. */
function isIdle(word: string): boolean {
  return ['checking', 'moving', 'held'].includes(stateOf({ state: word }));
}

async function remove(
  api: QbittorrentApi,
  { id, deleteData, hostDirectory }: RemoveDownload & { id: string },
  signal: AbortSignal,
): Promise<void> {
  const found = await api.find(id, signal);
  if (found === undefined) return;
  const { hash } = found;
  const files = deleteData ? await api.files(hash, signal).catch(ignoreGone) : [];
  await api.post('torrents/delete', { hashes: hash, deleteFiles: String(deleteData) }, signal);
  const gone = await settle(async () => (await api.find(id, signal)) === undefined, signal);
  if (!gone) throw new Fault('transient', `qBittorrent was asked to remove ${id}, but still has it`);
  await untilFilesGone(hostDirectory, files, signal);
}

function ignoreGone(error: unknown): [] {
  if (error instanceof Fault && error.kind === 'gone') return [];
  throw error;
}
