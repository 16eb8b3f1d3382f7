import type { DownloadItem, DownloadState } from '../../../domain/acquisition/download.js';
import { withoutTag } from '../usenet/tag.js';
import type { Group, HistoryItem } from './records.js';

/** How the whole client stands, which no item says of itself. */
export interface QueueState {
  /** Why nothing is downloaded: a person paused NZBGet, or NZBGet itself for want of space. */
  paused: 'no' | 'by_person' | 'disk_full';
  bytesPerSecond: number;
  /** Connections in use by all items together. */
  connections: number;
  /** What its log says of a news server, while nothing arrives. */
  newsServerTrouble?: string;
}

interface Verdict {
  state: DownloadState;
  clientPaused?: true;
  fault?: NonNullable<DownloadItem['fault']>;
}

/** A queue entry in our words (acquisition.md §4.3). */
export function groupToItem(entry: Group, queue: QueueState): DownloadItem {
  const share = queue.connections === 0 ? 0 : entry.activeDownloads / queue.connections;
  return {
    ...describe(entry),
    ...groupVerdict(entry, queue),
    completedBytes: Math.max(0, entry.totalBytes - entry.remainingBytes),
    downloadBytesPerSecond: Math.round(queue.bytesPerSecond * share),
    connections: entry.activeDownloads,
  };
}

/** A history entry in our words; `environment` is what its log blames on the machine, if anything. */
export function historyToItem(entry: HistoryItem, environment: string | undefined): DownloadItem {
  const verdict = historyVerdict(entry, environment);
  const isComplete = verdict.state === 'complete';
  return {
    ...describe(entry),
    ...verdict,
    ...(isComplete ? { directory: entry.directory } : {}),
    completedBytes: isComplete ? entry.totalBytes : 0,
    downloadBytesPerSecond: 0,
  };
}

function describe(entry: Group | HistoryItem) {
  return {
    clientItemId: entry.tag ?? `nzbget-${entry.id}`,
    name: withoutTag(entry.name),
    totalBytes: entry.totalBytes,
    uploadedBytes: 0,
    ...(entry.owner === undefined ? {} : { owners: [entry.owner] }),
    ...(entry.category === '' ? {} : { category: entry.category }),
  };
}

function groupVerdict(entry: Group, queue: QueueState): Verdict {
  switch (entry.status) {
    case 'QUEUED':
    case 'PAUSED':
    case 'DOWNLOADING':
    case 'FETCHING':
      return downloadVerdict(entry, queue);
    case 'PP_QUEUED':
    case 'LOADING_PARS':
    case 'VERIFYING_SOURCES':
    case 'REPAIRING':
    case 'VERIFYING_REPAIRED':
    case 'RENAMING':
    case 'UNPACKING':
    case 'MOVING':
    case 'POST_UNPACK_RENAMING':
    case 'EXECUTING_SCRIPT':
    case 'PP_FINISHED':
      return { state: 'checking' };
    default:
      return held('unknown', entry.status, `NZBGet says ${entry.status}, which Longplay does not know`);
  }
}

function downloadVerdict(entry: Group, queue: QueueState): Verdict {
  const isPaused =
    entry.status === 'PAUSED' || (entry.remainingBytes > 0 && entry.remainingBytes === entry.pausedBytes);
  // With its setting HealthCheck=pause that is all that NZBGet does about a release that cannot be repaired.
  if (isPaused && entry.isBeyondRepair) return failed('HEALTH', 'Too many articles are missing');
  if (isPaused) return { state: 'paused' };
  if (queue.paused === 'disk_full') {
    return {
      ...held('environment', 'disk_full', 'NZBGet paused: little space is left'),
      clientPaused: true,
    };
  }
  if (queue.paused === 'by_person') return { state: 'paused', clientPaused: true };
  if (queue.newsServerTrouble !== undefined && entry.activeDownloads > 0)
    return held('environment', 'NEWS_SERVER', queue.newsServerTrouble);
  return { state: entry.activeDownloads === 0 && entry.status !== 'FETCHING' ? 'queued' : 'active' };
}

const DELETED_FOR_THE_RELEASE = new Set(['HEALTH', 'DUPE', 'SCAN', 'COPY', 'BAD']);

/** The parts count, not the summary: `WARNING/…` holds what went well and what did not. */
function historyVerdict(entry: HistoryItem, environment: string | undefined): Verdict {
  if (entry.mark === 'BAD') return failed('BAD', 'A person marked it as bad in NZBGet');
  if (entry.deleted === 'MANUAL') return { state: 'removedExternally' };
  if (DELETED_FOR_THE_RELEASE.has(entry.deleted)) return failed(entry.deleted, explain(entry));
  if (entry.deleted !== 'NONE') return unknownPart('deleted', entry.deleted);
  if (entry.mark === 'SUCCESS') return { state: 'complete' };
  if (entry.unpack === 'SPACE') return held('environment', 'disk_full', 'No space to unpack');
  if (entry.move === 'FAILURE')
    return held('environment', 'MOVE', 'NZBGet could not move the finished files');
  const isRefused = entry.par === 'FAILURE' || entry.unpack === 'FAILURE';
  if (isRefused && environment !== undefined) return held('environment', entry.status, environment);
  if (isRefused || entry.unpack === 'PASSWORD') return failed(entry.status, explain(entry));
  if (entry.script === 'FAILURE') return held('unknown', 'SCRIPT', 'A post-processing script failed');
  const odd = [entry.par, entry.unpack, entry.move, entry.script].find(
    (each) => each !== 'SUCCESS' && each !== 'NONE',
  );
  return odd === undefined ? { state: 'complete' } : unknownPart(entry.status, odd);
}

function explain(entry: HistoryItem): string {
  if (entry.deleted === 'HEALTH') return 'Too many articles are missing';
  if (entry.deleted === 'SCAN') return 'NZBGet cannot read the NZB file';
  if (entry.unpack === 'PASSWORD') return 'The archive asks for a password';
  if (entry.par === 'FAILURE') return 'It is damaged, and its repair blocks are too few';
  return `NZBGet says ${entry.status}`;
}

function unknownPart(part: string, word: string): Verdict {
  return held('unknown', word, `NZBGet says ${part}: ${word}, which Longplay takes for no outcome`);
}

function failed(code: string, message: string): Verdict {
  return { state: 'failed', fault: { blame: 'release', code, message } };
}

function held(blame: 'environment' | 'unknown', code: string, message: string): Verdict {
  return { state: 'held', fault: { blame, code, message } };
}
