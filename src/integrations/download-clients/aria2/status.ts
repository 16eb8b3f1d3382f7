import { z } from 'zod';

import type { DownloadItem, DownloadState } from '../../../domain/acquisition/download.js';
import { faultOf, type ItemFault } from './faults.js';

/** aria2 writes all numbers as strings. */
const numeric = z.string().regex(/^\d+$/).transform(Number);

export const STATUS_KEYS = [
  'gid',
  'status',
  'totalLength',
  'completedLength',
  'uploadLength',
  'downloadSpeed',
  'infoHash',
  'numSeeders',
  'seeder',
  'connections',
  'errorCode',
  'errorMessage',
  'followedBy',
  'following',
  'dir',
  'files',
  'bittorrent',
  'verifiedLength',
  'verifyIntegrityPending',
];

export const aria2Status = z.object({
  gid: z.string(),
  status: z.enum(['active', 'waiting', 'paused', 'error', 'complete', 'removed']),
  totalLength: numeric,
  completedLength: numeric,
  uploadLength: numeric.default(0),
  downloadSpeed: numeric.default(0),
  infoHash: z.string().optional(),
  numSeeders: numeric.optional(),
  seeder: z.enum(['true', 'false']).optional(),
  connections: numeric.optional(),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
  /** A magnet's first item names the one with the data, and that one names the first. */
  followedBy: z.array(z.string()).optional(),
  following: z.string().optional(),
  dir: z.string(),
  files: z.array(z.object({ path: z.string(), length: numeric, completedLength: numeric })).default([]),
  bittorrent: z.object({ info: z.object({ name: z.string() }).optional() }).optional(),
  verifiedLength: numeric.optional(),
  verifyIntegrityPending: z.string().optional(),
});

export type Aria2Status = z.output<typeof aria2Status>;

/** Plain HTTP; magnets and torrents carry both of these from the beginning. */
export function isDirect({ bittorrent, infoHash }: Aria2Status): boolean {
  return bittorrent === undefined && infoHash === undefined;
}

/** Only the description of a torrent, which a magnet fetches first: never the download itself. */
export function isMetadata({ files }: Aria2Status): boolean {
  return files[0]?.path.startsWith('[METADATA]') === true;
}

/** It moves, or will once it has a slot. */
export function isRunning({ status }: Pick<Aria2Status, 'status'>): boolean {
  return status === 'active' || status === 'waiting';
}

/** It is not over: it can be paused or go on. */
export function isOpen(status: Pick<Aria2Status, 'status'>): boolean {
  return isRunning(status) || status.status === 'paused';
}

/** One of aria2's own items in our words (acquisition.md §4.3). `uploadedBytes` begins anew with each add. */
export function toDownloadItem(status: Aria2Status): DownloadItem {
  const fault = faultOf(status, { direct: isDirect(status) });
  return {
    clientItemId: status.gid,
    name: status.bittorrent?.info?.name ?? status.files[0]?.path ?? status.gid,
    state: stateOf(status, fault),
    directory: status.dir,
    totalBytes: status.totalLength,
    completedBytes: status.completedLength,
    uploadedBytes: status.uploadLength,
    downloadBytesPerSecond: status.downloadSpeed,
    ...(status.infoHash === undefined ? {} : { infoHash: status.infoHash.toLowerCase() }),
    ...(status.numSeeders === undefined ? {} : { seeders: status.numSeeders }),
    ...(status.connections === undefined ? {} : { connections: status.connections }),
    ...(fault === undefined ? {} : { fault }),
  };
}

function stateOf(status: Aria2Status, fault: ItemFault | undefined): DownloadState {
  switch (status.status) {
    case 'active':
      return activeState(status);
    case 'waiting':
      return status.verifyIntegrityPending === 'true' ? 'checking' : 'queued';
    case 'paused':
      // Whole and stopped is whole: somebody ended its seeding (acquisition.md §8 no. 20).
      return isWhole(status) && !isMetadata(status) ? 'complete' : 'paused';
    case 'complete':
      return isMetadata(status) ? 'metadata' : 'complete';
    case 'removed':
      return 'removedExternally';
    case 'error':
      return fault?.blame === 'release' ? 'failed' : 'held';
  }
}

function activeState(status: Aria2Status): DownloadState {
  if (isMetadata(status)) return 'metadata';
  if (status.verifiedLength !== undefined || status.verifyIntegrityPending === 'true') return 'checking';
  if (isWhole(status) && !isDirect(status)) return 'seeding';
  return status.downloadSpeed === 0 && (status.connections ?? 0) === 0 ? 'stalled' : 'active';
}

function isWhole({ totalLength, completedLength }: Aria2Status): boolean {
  return totalLength > 0 && completedLength >= totalLength;
}
