import { z } from 'zod';

import { Fault } from '../../../domain/faults.js';
import type { AddDownload, DownloadContent } from '../port.js';
import { settle } from '../settle.js';
import { readTags, tagOf } from '../torrent-words.js';
import { startCheck } from './recheck.js';
import { TransmissionRefusal, type TransmissionRpc } from './rpc.js';
import { isInterrupted, SAVING, stateOf, STOPPED, type TorrentStatus } from './status.js';

interface Adding {
  rpc: TransmissionRpc;
  find: (signal: AbortSignal) => Promise<TorrentStatus | undefined>;
  download: AddDownload;
  signal: AbortSignal;
}

const nothing = z.object({});
const usualFolder = z.object({ 'download-dir': z.string() });

/** Get-or-add: whatever is answered, and when the answer is lost, the torrent is looked up by its hash. */
export async function addTorrent(adding: Adding): Promise<void> {
  const { rpc, find, download, signal } = adding;
  const existing = await find(signal);
  if (existing !== undefined) {
    await adopt(adding, existing);
    return;
  }
  await download.onBegin?.();
  const added = {
    ...contentOf(download.content),
    'download-dir': download.directory,
    paused: false,
    // Heeded from 4.0 on; 3.00 wants them set afterwards (acquisition.md §2.4).
    labels: labelsOf(download),
  };
  const refusal = await rpc.call('torrent-add', added, nothing, signal).then(
    () => undefined,
    (error: unknown) => {
      if (signal.aborted || (error instanceof Fault && error.kind === 'credentials')) throw error;
      return { error };
    },
  );
  const found = await find(signal);
  if (found !== undefined) await adopt(adding, found);
  else if (refusal === undefined)
    throw new Fault('transient', 'Transmission took the torrent, but does not have it');
  else throw refusedAdd(refusal.error);
}

function refusedAdd(error: unknown): unknown {
  if (!(error instanceof TransmissionRefusal)) return error;
  const blamed = /invalid or corrupt|unrecognized/i.test(error.message) ? 'release_fault' : 'transient';
  return new Fault(blamed, `Transmission refused the torrent: ${error.message}`, { cause: error });
}

function contentOf(content: DownloadContent): Record<string, string> {
  switch (content.kind) {
    case 'torrent':
      return { metainfo: Buffer.from(content.bytes).toString('base64') };
    case 'magnet':
      return { filename: content.uri };
    case 'nzb':
    case 'files':
      throw new Fault('defect', `Expected a torrent or a magnet link, got ${content.kind}`);
  }
}

/** The category is a label too; somebody else's torrent gets none. */
function labelsOf({ ownerKey, category }: AddDownload): string[] {
  return [...(category === undefined ? [] : [category]), tagOf(ownerKey)];
}

/**
 * Puts our label on it, and on one that lies in our folder all that an add would have set. Nothing of somebody
 * else's is changed beside the label. What waits for a mended disk, or was left by a crash, goes on.
 */
async function adopt(adding: Adding, found: TorrentStatus): Promise<void> {
  const { owners } = readTags(found.labels);
  const isForgotten = adding.download.begun === true && owners.length === 0;
  const torrent = isForgotten ? await bringHome(adding, found) : found;
  const labels = owners.includes(adding.download.ownerKey) ? torrent.labels : await tag(adding, torrent);
  if (adding.download.resume) await goOn(adding, { ...torrent, labels });
}

/** It was ended between taking the torrent and writing it down: its folder is the default one since (measured). */
async function bringHome(adding: Adding, torrent: TorrentStatus): Promise<TorrentStatus> {
  const { rpc, download, signal } = adding;
  const { directory: location } = download;
  if (torrent.downloadDir === location) return torrent;
  const { 'download-dir': usual } = await rpc.call('session-get', {}, usualFolder, signal);
  if (torrent.downloadDir !== usual) return torrent;
  const ids = [torrent.hashString];
  await rpc.call('torrent-set-location', { ids, location, move: true }, nothing, signal);
  if (!(await lookOut(adding)(({ downloadDir }) => downloadDir === location))) {
    throw new Fault(
      'transient',
      `Transmission was asked to move ${torrent.name} to its folder, and has not yet`,
    );
  }
  return { ...torrent, downloadDir: location };
}

async function tag(adding: Adding, torrent: TorrentStatus): Promise<string[]> {
  const { rpc, download, signal } = adding;
  const ids = [torrent.hashString];
  const isOurs = torrent.downloadDir === download.directory;
  // Setting labels replaces them all: what others have put there stays.
  const ours = isOurs ? labelsOf(download) : [tagOf(download.ownerKey)];
  const labels = [...new Set([...torrent.labels, ...ours])];
  await rpc.call('torrent-set', { ids, labels, ...(isOurs ? NO_SEED_LIMITS : {}) }, nothing, signal);
  if (isOurs) await savePromptly(adding, { ids, labels });
  return labels;
}

/** 2: without limit, whatever the client's own are; our timer ends the seeding. */
const NO_SEED_LIMITS = { seedRatioMode: 2, seedIdleMode: 2 };

/**
 * Transmission 3.00 writes a new torrent's folder and labels to disk only after 6 minutes; killed before, it
 * would go on in its default folder, as nobody's. A stop writes them at once (measured), but not while it checks;
 * and written as stopped it stays so after a crash, wherefore a label tells that this was nobody's wish.
 */
async function savePromptly(
  adding: Adding,
  { ids, labels }: { ids: string[]; labels: string[] },
): Promise<void> {
  const { rpc, signal } = adding;
  const sees = lookOut(adding);
  if (!(await sees((torrent) => stateOf(torrent) !== 'checking'))) return;
  await rpc.call('torrent-set', { ids, labels: [...labels, SAVING] }, nothing, signal);
  await rpc.call('torrent-stop', { ids }, nothing, signal);
  await sees(({ status }) => status === STOPPED);
  await rpc.call('torrent-start', { ids }, nothing, signal);
  await sees(({ status }) => status !== STOPPED);
  await rpc.call('torrent-set', { ids, labels }, nothing, signal);
}

/** Until the torrent is seen so (or is gone), 2 s at most: each call is done a moment after its answer. */
function lookOut({ find, signal }: Adding): (isMet: (torrent: TorrentStatus) => boolean) => Promise<boolean> {
  return (isMet) =>
    settle(
      async () => {
        const torrent = await find(signal);
        return torrent === undefined || isMet(torrent);
      },
      signal,
      { withinMs: 2_000, everyMs: 50 },
    );
}

async function goOn(adding: Adding, torrent: TorrentStatus): Promise<void> {
  const { rpc, signal } = adding;
  if (stateOf(torrent) !== 'held') return;
  const ids = [torrent.hashString];
  if (!isInterrupted(torrent)) {
    // A local error stops it only after a while: a start before that would be undone.
    await rpc.call('torrent-stop', { ids }, nothing, signal);
    await lookOut(adding)(({ status }) => status === STOPPED);
  }
  // After a crash it does not know what it has on disk, which a check tells it.
  const labels = torrent.labels.filter((label) => label !== SAVING);
  await startCheck(rpc, { ...torrent, labels }, signal);
  await rpc.call('torrent-start', { ids }, nothing, signal);
}
