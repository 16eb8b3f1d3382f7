import { z } from 'zod';

import type { DownloadItem, DownloadState } from '../../../domain/acquisition/download.js';

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
  followedBy: z.array(z.string()).optional(),
  dir: z.string(),
  files: z.array(z.object({ path: z.string(), length: numeric, completedLength: numeric })).default([]),
  bittorrent: z.object({ info: z.object({ name: z.string() }).optional() }).optional(),
  verifiedLength: numeric.optional(),
  verifyIntegrityPending: z.string().optional(),
});

export type Aria2Status = z.output<typeof aria2Status>;

/** aria2's words in ours (acquisition.md §4.3). */
export function toDownloadItem(status: Aria2Status): DownloadItem {
  const state = stateOf(status);
  const fault = status.status === 'error' ? faultOf(status) : undefined;
  return {
    clientItemId: status.gid,
    name: status.bittorrent?.info?.name ?? status.files[0]?.path ?? status.gid,
    state,
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

function stateOf(status: Aria2Status): DownloadState {
  switch (status.status) {
    case 'active':
      return activeState(status);
    case 'waiting':
      return status.verifyIntegrityPending === 'true' ? 'checking' : 'queued';
    case 'paused':
      return 'paused';
    case 'complete':
      return status.followedBy === undefined ? 'complete' : 'metadata';
    case 'removed':
      return 'removedExternally';
    case 'error':
      return faultOf(status).blame === 'release' ? 'failed' : 'held';
  }
}

function activeState(status: Aria2Status): DownloadState {
  if (status.files[0]?.path.startsWith('[METADATA]') === true) return 'metadata';
  if (status.verifiedLength !== undefined || status.verifyIntegrityPending === 'true') return 'checking';
  if (status.totalLength > 0 && status.completedLength >= status.totalLength) return 'seeding';
  return status.downloadSpeed === 0 && (status.connections ?? 0) === 0 ? 'stalled' : 'active';
}

const RELEASE_CODES = new Set(['20', '25', '26', '27']);
const SOURCE_CODES = new Set(['3', '4', '22', '24', '32']);
const UNKNOWN_CODES = new Set(['1', '7', '8', '10', '28', '30']);

/** Only a code that says so blames the release; disk, duplicates and the unknown never do (acquisition.md §2.7). */
function faultOf({ errorCode = '1', errorMessage = '' }: Aria2Status): NonNullable<DownloadItem['fault']> {
  const message = errorMessage === '' ? `aria2 error ${errorCode}` : errorMessage.slice(0, 500);
  const blame = RELEASE_CODES.has(errorCode)
    ? 'release'
    : SOURCE_CODES.has(errorCode)
      ? 'source'
      : UNKNOWN_CODES.has(errorCode)
        ? 'unknown'
        : 'environment';
  return { blame, code: errorCode, message };
}
