import { mkdir } from 'node:fs/promises';

import { z } from 'zod';

import { Fault, normalizeError } from '../../../domain/faults.js';
import type { AddDownload, DownloadContent } from '../port.js';
import { addFiles } from './add-files.js';
import { findItem, isLost, type SingleItem } from './items.js';
import { removeEmptyControlFiles } from './remove-files.js';
import { Aria2Refusal, type Aria2Call, type Aria2Rpc } from './rpc.js';
import { forgetAll } from './settle.js';
import { isOpen } from './status.js';

/** Whatever aria2 answers, and when its answer is lost, the item is looked up afterwards. */
export async function add(rpc: Aria2Rpc, download: AddDownload, signal: AbortSignal): Promise<void> {
  // Without its directory the item never enters the session file, and a crash loses it (acquisition.md §2.7).
  await mkdir(download.hostDirectory, { recursive: true });
  const { content } = download;
  switch (content.kind) {
    case 'torrent':
    case 'magnet':
      return addSingle(rpc, { ...download, content }, signal);
    case 'files':
      return addFiles(rpc, { ...download, files: content.files }, signal);
    case 'nzb':
      throw new Fault('defect', 'Expected what aria2 fetches, got an NZB file');
  }
}

type SingleContent = Extract<DownloadContent, { kind: 'torrent' | 'magnet' }>;

async function addSingle(
  rpc: Aria2Rpc,
  download: AddDownload & { content: SingleContent },
  signal: AbortSignal,
): Promise<void> {
  const { clientItemId: gid, directory, content } = download;
  const existing = await findItem(rpc, gid, signal);
  if (existing?.kind === 'group') throw new Fault('defect', `Expected a torrent under ${gid}, it is files`);
  if (existing !== undefined && isUsable(existing)) return;
  if (existing !== undefined) await forgetAll(rpc, gidsOf(existing), signal);
  const resume = download.resume || existing !== undefined;
  if (resume) await removeEmptyControlFiles(download.hostDirectory, []);
  // Data that is there is verified, and what is good of it is kept: also after errors 9 and 13.
  const options = { gid, dir: directory, ...(resume ? { 'check-integrity': 'true' } : {}) };
  let refusal: Error | undefined;
  try {
    const { method, params } = callFor(content, options);
    await rpc.call(method, params, z.string(), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    refusal = normalizeError(error);
  }
  if ((await findItem(rpc, gid, signal)) !== undefined) return;
  if (refusal instanceof Aria2Refusal) throw refused(content.kind, refusal);
  throw refusal ?? new Fault('transient', `aria2 took the ${content.kind}, but does not have it`);
}

function isUsable(item: SingleItem): boolean {
  return !isLost(item) && (isOpen(item.data) || item.data.status === 'complete');
}

/** Its own items only: what it was adopted from is left alone. */
export function gidsOf({ own, data, adopted }: SingleItem): string[] {
  return [...new Set([own.gid, ...(own.followedBy ?? []), ...(adopted ? [] : [data.gid])])];
}

/**
 * A magnet's description is kept beside the data: with it an aria2 that was killed goes on under our number and without
 * asking anybody (measured); else it would have to be fetched again, and nobody may have it any more. Unlike a torrent
 * it stands in the session file, and its options with it: an aria2 that comes back by itself verifies what is there.
 */
const MAGNET_OPTIONS = {
  'bt-save-metadata': 'true',
  'bt-load-saved-metadata': 'true',
  'check-integrity': 'true',
};

function callFor(content: SingleContent, options: Record<string, string>): Aria2Call {
  if (content.kind === 'torrent') {
    const encoded = Buffer.from(content.bytes).toString('base64');
    return { method: 'aria2.addTorrent', params: [encoded, [], options] };
  }
  // Any other address it would fetch as a file.
  if (!/^magnet:\?/i.test(content.uri)) throw new Fault('release_fault', 'The release is no magnet link');
  return { method: 'aria2.addUri', params: [[content.uri], { ...options, ...MAGNET_OPTIONS }] };
}

function refused(kind: SingleContent['kind'], refusal: Aria2Refusal): Fault {
  const blamed = /bencode|torrent|metadata|no uri to download/i.test(refusal.message)
    ? 'release_fault'
    : 'transient';
  return new Fault(blamed, `aria2 refused the ${kind}: ${refusal.message}`, { cause: refusal });
}
