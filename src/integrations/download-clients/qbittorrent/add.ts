import { setTimeout as sleep } from 'node:timers/promises';

import { Fault, normalizeError } from '../../../domain/faults.js';
import type { AddDownload, DownloadContent } from '../port.js';
import { readTags, tagOf } from '../torrent-words.js';
import type { QbittorrentApi } from './api.js';
import type { Dialect } from './dialect.js';
import { tagsOf, type TorrentInfo } from './states.js';

interface Adding {
  api: QbittorrentApi;
  dialect: Dialect;
  download: AddDownload;
  signal: AbortSignal;
}

/** How often and how far apart an add is looked up (acquisition.md §2.3). */
const LOOKS = 10;
const LOOK_EACH_MS = 500;

/** Get-or-add: no answer is believed, neither a yes nor a no; the torrent is looked up by its hash. */
export async function addTorrent(adding: Adding): Promise<void> {
  const { api, download, signal } = adding;
  const existing = await api.find(download.clientItemId, signal);
  if (existing !== undefined) {
    await adopt(adding, existing);
    return;
  }
  if (download.category !== undefined) await ensureCategory(adding, download.category);
  const told = await upload(adding);
  const added = await lookUp(adding, told);
  if (added === undefined) throw notAdded(told);
  await adopt(adding, added);
  await liftShareLimits(adding, added);
}

/** Puts our tag on it; what waits for a mended disk goes on. Nothing else of it is changed. */
async function adopt({ api, dialect, download, signal }: Adding, torrent: TorrentInfo): Promise<void> {
  const { hash, state } = torrent;
  if (!readTags(tagsOf(torrent)).owners.includes(download.ownerKey))
    await api.post('torrents/addTags', { hashes: hash, tags: tagOf(download.ownerKey) }, signal);
  if (!download.resume || (state !== 'error' && state !== 'missingFiles')) return;
  if (state === 'missingFiles') await api.post('torrents/recheck', { hashes: hash }, signal);
  await api.post(dialect.start, { hashes: hash }, signal);
}

/** 409: it is there already. */
async function ensureCategory({ api, signal }: Adding, category: string): Promise<void> {
  const form = { category, savePath: '' };
  const { status, text } = await api.send({ path: 'torrents/createCategory', form }, signal);
  if ((status >= 200 && status < 300) || status === 409) return;
  throw new Fault(
    'transient',
    `qBittorrent did not create the category (HTTP ${status}): ${text.slice(0, 200)}`,
  );
}

type Told = { status: number; text: string } | { failure: Error };

async function upload({ api, dialect, download, signal }: Adding): Promise<Told> {
  const form = new FormData();
  putContent(form, download.content);
  const fields = {
    savepath: download.directory,
    autoTMM: 'false',
    contentLayout: 'Original',
    tags: tagOf(download.ownerKey),
    [dialect.addedStopped]: 'false',
    // Our own timer ends the seeding: the client's limits could end it before the import.
    ...NO_LIMITS,
    ...(download.category === undefined ? {} : { category: download.category }),
  };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  try {
    const { status, text } = await api.send({ path: 'torrents/add', form }, signal);
    return { status, text };
  } catch (error) {
    if (signal.aborted || (error instanceof Fault && error.kind === 'credentials')) throw error;
    return { failure: normalizeError(error) };
  }
}

function putContent(form: FormData, content: DownloadContent): void {
  switch (content.kind) {
    case 'torrent': {
      const file = new Blob([new Uint8Array(content.bytes)], { type: 'application/x-bittorrent' });
      form.set('torrents', file, `${content.infoHash}.torrent`);
      return;
    }
    case 'magnet':
      form.set('urls', content.uri);
      return;
    case 'nzb':
    case 'files':
      throw new Fault('defect', `Expected a torrent or a magnet link, got ${content.kind}`);
  }
}

async function lookUp({ api, download, signal }: Adding, told: Told): Promise<TorrentInfo | undefined> {
  const looks = isNoTorrent(told) ? 1 : LOOKS;
  for (let look = 1; ; look += 1) {
    const found = await api.find(download.clientItemId, signal);
    if (found !== undefined || look >= looks) return found;
    await sleep(LOOK_EACH_MS, undefined, { signal });
  }
}

function isNoTorrent(told: Told): boolean {
  return 'status' in told && told.status === 415;
}

function notAdded(told: Told): Error {
  if ('failure' in told) return told.failure;
  const words = `HTTP ${told.status}: ${told.text.slice(0, 200)}`;
  return isNoTorrent(told)
    ? new Fault('release_fault', `qBittorrent refused the torrent (${words})`)
    : new Fault('transient', `qBittorrent answered the add (${words}), but does not have the torrent`);
}

/** -1: none, also where the client has global ones; each version reads those that it knows. */
const NO_LIMITS = { ratioLimit: '-1', seedingTimeLimit: '-1', inactiveSeedingTimeLimit: '-1' };

/** Only where the add was not heeded; from 5.2 on the call wants to know what follows a limit. */
async function liftShareLimits({ api, download, signal }: Adding, torrent: TorrentInfo): Promise<void> {
  const unlimited = (torrent.ratio_limit ?? -1) === -1 && (torrent.seeding_time_limit ?? -1) === -1;
  // Somebody else's torrent that came in between keeps its limits.
  if (unlimited || torrent.save_path !== download.directory) return;
  const form = { hashes: torrent.hash, ...NO_LIMITS, shareLimitAction: 'Stop' };
  await api.post('torrents/setShareLimits', form, signal);
}
