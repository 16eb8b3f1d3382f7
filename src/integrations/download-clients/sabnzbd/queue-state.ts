import type { SabnzbdApi } from './api.js';
import type { QueueState } from './item.js';
import { bytesOfSetting, settings, type QueuePage, type Settings } from './records.js';

export function readSettings(api: SabnzbdApi, signal: AbortSignal): Promise<Settings> {
  return api({ mode: 'get_config', section: 'misc' }, settings, { signal });
}

/** SABnzbd pauses itself below its settings for free space; why it is paused is asked only when it is. */
export async function readQueueState(
  api: SabnzbdApi,
  queue: QueuePage,
  signal: AbortSignal,
): Promise<QueueState> {
  const paused = queue.isPaused ? whyPaused(queue, await readSettings(api, signal)) : 'no';
  return { paused, bytesPerSecond: queue.bytesPerSecond };
}

function whyPaused(queue: QueuePage, setting: Settings): QueueState['paused'] {
  const isFull =
    queue.freeBytes < bytesOfSetting(setting('download_free')) ||
    queue.freeBytesComplete < bytesOfSetting(setting('complete_free'));
  return isFull ? 'disk_full' : 'by_person';
}

/** An empty language is its default, English. */
export function isEnglish(setting: Settings): boolean {
  return /^(|en|en[-_].*)$/i.test(setting('language'));
}
