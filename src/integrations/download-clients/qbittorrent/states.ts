import { z } from 'zod';

import type { DownloadItem, DownloadState } from '../../../domain/acquisition/download.js';
import { localFaultCode, readTags } from '../torrent-words.js';

/** What every version from 4.3 on tells of a torrent, as far as it is used. */
export const torrentInfo = z.object({
  hash: z.string(),
  /** Since 4.4. */
  infohash_v1: z.string().default(''),
  name: z.string(),
  state: z.string(),
  size: z.number(),
  amount_left: z.number(),
  uploaded: z.number().default(0),
  dlspeed: z.number().default(0),
  save_path: z.string(),
  tags: z.string().default(''),
  category: z.string().default(''),
  num_seeds: z.number().default(0),
  num_leechs: z.number().default(0),
  /** Of the whole swarm, by its trackers. */
  num_complete: z.number().default(0),
  ratio: z.number().default(-1),
  seeding_time: z.number().optional(),
  ratio_limit: z.number().optional(),
  seeding_time_limit: z.number().optional(),
});

export type TorrentInfo = z.output<typeof torrentInfo>;

/** acquisition.md §4.2; a word that is not here is nobody's fault and holds the download. */
const STATES: Readonly<Record<string, DownloadState>> = {
  allocating: 'active',
  downloading: 'active',
  forcedDL: 'active',
  metaDL: 'metadata',
  forcedMetaDL: 'metadata',
  stalledDL: 'stalled',
  queuedDL: 'queued',
  pausedDL: 'paused',
  stoppedDL: 'paused',
  checkingDL: 'checking',
  checkingUP: 'checking',
  checkingResumeData: 'checking',
  moving: 'moving',
  uploading: 'seeding',
  stalledUP: 'seeding',
  forcedUP: 'seeding',
  queuedUP: 'seeding',
  pausedUP: 'complete',
  stoppedUP: 'complete',
  missingFiles: 'held',
  error: 'held',
};

/** The id that Longplay knows it by: of a hybrid torrent the v1 hash, though qBittorrent goes by the other. */
export function itemIdOf(torrent: Pick<TorrentInfo, 'hash' | 'infohash_v1'>): string {
  return (torrent.infohash_v1 === '' ? torrent.hash : torrent.infohash_v1).toLowerCase();
}

export function stateOf({ state }: Pick<TorrentInfo, 'state'>): DownloadState {
  return STATES[state] ?? 'held';
}

/** qBittorrent's words in ours; `logged` is what its log says of an error, which is told nowhere else. */
export function toDownloadItem(torrent: TorrentInfo, logged?: string): DownloadItem {
  const state = stateOf(torrent);
  const { owners } = readTags(tagsOf(torrent));
  const fault = state === 'held' ? faultOf(torrent.state, logged) : undefined;
  return {
    clientItemId: itemIdOf(torrent),
    infoHash: itemIdOf(torrent),
    name: torrent.name,
    state,
    owners,
    ...(torrent.category === '' ? {} : { category: torrent.category }),
    // Until then data may lie in its folder for unfinished ones, and while it moves both names are untrue.
    ...(state === 'seeding' || state === 'complete' ? { directory: torrent.save_path } : {}),
    ...bytesOf(torrent, state),
    uploadedBytes: torrent.uploaded,
    downloadBytesPerSecond: torrent.dlspeed,
    seeders: Math.max(torrent.num_seeds, torrent.num_complete, 0),
    connections: torrent.num_seeds + torrent.num_leechs,
    ...(torrent.seeding_time === undefined ? {} : { seedingSeconds: torrent.seeding_time }),
    ...(torrent.ratio < 0 ? {} : { ratio: torrent.ratio }),
    ...(fault === undefined ? {} : { fault }),
  };
}

export function tagsOf({ tags }: Pick<TorrentInfo, 'tags'>): string[] {
  return tags.split(',').map((tag) => tag.trim());
}

/** Without metadata its size is 0 or -1, and nothing is left to fetch of it: that is no completion. */
function bytesOf(
  { size, amount_left: left }: TorrentInfo,
  state: DownloadState,
): Pick<DownloadItem, 'totalBytes' | 'completedBytes'> {
  if (size <= 0 || state === 'metadata') return { totalBytes: 0, completedBytes: 0 };
  return { totalBytes: size, completedBytes: Math.max(0, size - left) };
}

function faultOf(word: string, logged: string | undefined): NonNullable<DownloadItem['fault']> {
  switch (word) {
    case 'missingFiles':
      return {
        blame: 'environment',
        code: 'files_missing',
        message: 'qBittorrent does not find its files: is the disk mounted?',
      };
    case 'error': {
      const message = logged ?? 'qBittorrent met an error on disk; its log says which';
      return { blame: 'environment', code: localFaultCode(message), message: message.slice(0, 500) };
    }
    default:
      return {
        blame: 'unknown',
        code: 'unknown_state',
        message: `qBittorrent calls its state "${word.slice(0, 50)}", which Longplay does not know`,
      };
  }
}
