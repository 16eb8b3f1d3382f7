import { z } from 'zod';

import type { DownloadItem, DownloadState } from '../../../domain/acquisition/download.js';
import { localFaultCode, readTags } from '../torrent-words.js';

export const FIELDS = [
  'hashString',
  'name',
  'labels',
  'status',
  'error',
  'errorString',
  'downloadDir',
  'metadataPercentComplete',
  'sizeWhenDone',
  'leftUntilDone',
  'rateDownload',
  'uploadedEver',
  'uploadRatio',
  'secondsSeeding',
  'peersConnected',
  'peersSendingToUs',
  'trackerStats',
];

export const torrentStatus = z.object({
  hashString: z.string(),
  name: z.string(),
  labels: z.array(z.string()).default([]),
  /** 0 stopped, 1 waits for its check, 2 checks, 3 queued, 4 downloads, 5 waits to seed, 6 seeds. */
  status: z.number(),
  /** 0 none, 1 a tracker warns, 2 a tracker refuses, 3 local. */
  error: z.number(),
  errorString: z.string().default(''),
  downloadDir: z.string(),
  metadataPercentComplete: z.number(),
  sizeWhenDone: z.number(),
  leftUntilDone: z.number(),
  rateDownload: z.number().default(0),
  uploadedEver: z.number().default(0),
  uploadRatio: z.number().default(-1),
  secondsSeeding: z.number().optional(),
  peersConnected: z.number().default(0),
  peersSendingToUs: z.number().default(0),
  trackerStats: z.array(z.object({ seederCount: z.number().default(-1) })).default([]),
});

export type TorrentStatus = z.output<typeof torrentStatus>;

export const STOPPED = 0;
export const CHECKING = 2;
/**
 * Stands on a torrent while it is stopped only to have it written to disk (add.ts): one that is found so was left
 * by a crash, and nobody has paused it.
 */
export const SAVING = 'longplay-saving';
/** Stands on a torrent from the begin of a check until its end was seen (recheck.ts). */
export const CHECKED = 'longplay-checked';
const LOCAL_ERROR = 3;

/** Transmission's numbers in our words (acquisition.md §4.3). */
export function toDownloadItem(torrent: TorrentStatus): DownloadItem {
  const state = stateOf(torrent);
  const { owners, others } = readTags(torrent.labels);
  const category = others.find((label) => label !== SAVING && label !== CHECKED);
  const fault = state === 'held' ? faultOf(torrent) : undefined;
  const totalBytes = hasMetadata(torrent) ? torrent.sizeWhenDone : 0;
  return {
    clientItemId: torrent.hashString.toLowerCase(),
    infoHash: torrent.hashString.toLowerCase(),
    name: torrent.name,
    state,
    owners,
    ...(category === undefined ? {} : { category }),
    // It tells the final folder also while the data lies in its folder for unfinished ones.
    ...(state === 'seeding' || state === 'complete' ? { directory: torrent.downloadDir } : {}),
    totalBytes,
    completedBytes: Math.max(0, totalBytes - torrent.leftUntilDone),
    uploadedBytes: torrent.uploadedEver,
    downloadBytesPerSecond: torrent.rateDownload,
    seeders: Math.max(torrent.peersSendingToUs, ...torrent.trackerStats.map((one) => one.seederCount)),
    connections: torrent.peersConnected,
    ...(torrent.secondsSeeding === undefined ? {} : { seedingSeconds: torrent.secondsSeeding }),
    ...(torrent.uploadRatio < 0 ? {} : { ratio: torrent.uploadRatio }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** A tracker's complaint (1, 2) is for people to know, and no state. */
export function stateOf(torrent: TorrentStatus): DownloadState {
  if (torrent.error === LOCAL_ERROR) return 'held';
  const done = hasMetadata(torrent) && torrent.leftUntilDone === 0;
  switch (torrent.status) {
    case STOPPED:
      return done ? 'complete' : isInterrupted(torrent) ? 'held' : 'paused';
    case 1:
    case CHECKING:
      return 'checking';
    case 3:
      return 'queued';
    case 4:
      return downloadingState(torrent);
    case 5:
    case 6:
      return done ? 'seeding' : 'checking';
    default:
      return 'held';
  }
}

function downloadingState(torrent: TorrentStatus): DownloadState {
  if (!hasMetadata(torrent)) return 'metadata';
  return torrent.rateDownload === 0 && torrent.peersSendingToUs === 0 ? 'stalled' : 'active';
}

export function isChecking({ status }: TorrentStatus): boolean {
  return status === 1 || status === CHECKING;
}

export function isInterrupted({ status, labels }: TorrentStatus): boolean {
  return status === STOPPED && labels.includes(SAVING);
}

function hasMetadata({ metadataPercentComplete }: TorrentStatus): boolean {
  return metadataPercentComplete >= 1;
}

function faultOf(torrent: TorrentStatus): NonNullable<DownloadItem['fault']> {
  const { error, errorString, status } = torrent;
  if (error === LOCAL_ERROR) {
    const message = errorString === '' ? 'Transmission met an error on disk' : errorString.slice(0, 500);
    return { blame: 'environment', code: localFaultCode(message), message };
  }
  if (isInterrupted(torrent)) {
    const message = 'Transmission was ended just after it got the torrent, and has not started it again';
    return { blame: 'environment', code: 'interrupted', message };
  }
  return {
    blame: 'unknown',
    code: 'unknown_state',
    message: `Transmission gives the status ${status}, which Longplay does not know`,
  };
}
