import type { DownloadItem, DownloadState } from '../../../domain/acquisition/download.js';
import { tagIn, withoutTag } from '../usenet/tag.js';
import { blameOf, environmentCode } from './fail-message.js';
import type { HistorySlot, QueueSlot } from './records.js';
import { isWorkFolder, ownFolder } from './storage.js';

/** How the whole client stands, which no item says of itself. */
export interface QueueState {
  paused: 'no' | 'by_person' | 'disk_full';
  bytesPerSecond: number;
}

interface Verdict {
  state: DownloadState;
  clientPaused?: true;
  fault?: NonNullable<DownloadItem['fault']>;
}

/** Queue entries in our words (acquisition.md §4.3); they are in the order in which they are downloaded. */
export function queueToItems(slots: readonly QueueSlot[], queue: QueueState): DownloadItem[] {
  let isFirst = true;
  return slots.map((slot) => {
    const verdict = queueVerdict(slot, queue);
    // It calls every item Downloading that is not paused, also those that wait for the first one to be done.
    const waits = verdict.state === 'active' && !isFirst && slot.leftBytes === slot.totalBytes;
    const isActive = verdict.state === 'active' && !waits;
    const speed = isActive && isFirst ? queue.bytesPerSecond : 0;
    if (isActive) isFirst = false;
    return {
      ...describe(slot),
      ...verdict,
      ...(waits ? { state: 'queued' as const } : {}),
      completedBytes: Math.max(0, slot.totalBytes - slot.leftBytes),
      downloadBytesPerSecond: speed,
    };
  });
}

/** A history entry in our words; `isEnglish` tells whether its failure messages can be understood. */
export function historyToItem(slot: HistorySlot, isEnglish: boolean): DownloadItem {
  const verdict = historyVerdict(slot, isEnglish);
  const isComplete = verdict.state === 'complete';
  return {
    ...describe(slot),
    ...verdict,
    ...(isComplete ? { directory: ownFolder(slot.storage, slot.name) } : {}),
    completedBytes: isComplete || verdict.state === 'checking' ? slot.totalBytes : 0,
    downloadBytesPerSecond: 0,
  };
}

function describe(slot: QueueSlot | HistorySlot) {
  return {
    clientItemId: tagIn(slot.name) ?? slot.id,
    name: withoutTag(slot.name),
    totalBytes: slot.totalBytes,
    uploadedBytes: 0,
    ...(slot.category === undefined ? {} : { category: slot.category }),
  };
}

/** What it found out puts itself before the name, or into the labels. */
function isEncrypted({ name, labels }: QueueSlot): boolean {
  return /^ENCRYPTED \//i.test(name) || labels.some((label) => /^encrypted$/i.test(label));
}

function queueVerdict(slot: QueueSlot, queue: QueueState): Verdict {
  if (isEncrypted(slot)) return failed('ENCRYPTED', 'The archive is encrypted');
  const isIdle = queue.paused !== 'no' && !slot.isForced;
  if (slot.status === 'Paused' || isIdle) {
    const whole = isIdle ? { clientPaused: true as const } : {};
    return queue.paused === 'disk_full'
      ? { ...held('environment', 'disk_full', 'SABnzbd paused: little space is left'), ...whole }
      : { state: 'paused', ...whole };
  }
  switch (slot.status) {
    case 'Idle':
    case 'Grabbing':
    case 'Queued':
    case 'Propagating':
      return { state: 'queued' };
    case 'Checking':
    case 'Downloading':
    case 'Fetching':
      // All bytes are here, but what repairs and unpacks them comes after.
      return { state: slot.totalBytes > 0 && slot.leftBytes === 0 ? 'checking' : 'active' };
    case 'Deleted':
      return { state: 'removedExternally' };
    default:
      return isPostProcessing(slot.status) ? { state: 'checking' } : unknownWord(slot.status);
  }
}

const POST_PROCESSING = new Set([
  'Queued',
  'Fetching',
  'QuickCheck',
  'Verifying',
  'Repairing',
  'Extracting',
  'Moving',
  'Running',
]);

function isPostProcessing(status: string): boolean {
  return POST_PROCESSING.has(status);
}

function historyVerdict(slot: HistorySlot, isEnglish: boolean): Verdict {
  if (isPostProcessing(slot.status)) return { state: 'checking' };
  switch (slot.status) {
    case 'Completed':
      // Until the very end it has not said where.
      return { state: slot.storage === '' || isWorkFolder(slot.storage) ? 'checking' : 'complete' };
    case 'Failed':
      return failureVerdict(slot.failMessage, isEnglish);
    case 'Deleted':
      return { state: 'removedExternally' };
    default:
      return unknownWord(slot.status);
  }
}

/** In another language nobody can tell a full disk from a bad release: then a person decides, and no release is blamed. */
function failureVerdict(failMessage: string, isEnglish: boolean): Verdict {
  const message = failMessage.slice(0, 500);
  const blame = blameOf(failMessage);
  if (blame === 'environment') return held('environment', environmentCode(message), message);
  if (blame === 'unknown') return held('unknown', 'SCRIPT', message);
  if (blame === 'release' || isEnglish) return failed('FAILED', message === '' ? 'It failed' : message);
  return held('unknown', 'NOT_ENGLISH', `SABnzbd says "${message}"; set its language to English`);
}

function unknownWord(status: string): Verdict {
  return held('unknown', status, `SABnzbd says ${status}, which Longplay does not know`);
}

function failed(code: string, message: string): Verdict {
  return { state: 'failed', fault: { blame: 'release', code, message } };
}

function held(blame: 'environment' | 'unknown', code: string, message: string): Verdict {
  return { state: 'held', fault: { blame, code, message } };
}
