import { SabnzbdRefusal, type SabnzbdApi } from './api.js';
import { readQueue, type Entry } from './entries.js';
import { historyToItem } from './item.js';
import { isEnglish, readQueueState, readSettings } from './queue-state.js';
import { done } from './records.js';

/**
 * SABnzbd tries nothing again by itself: what failed for want of space is tried anew from the bytes that are there,
 * under its name and a new number, and the pause that it took for want of space is ended.
 */
export async function goOn(
  api: SabnzbdApi,
  { entry, tag }: { entry: Entry; tag: string },
  signal: AbortSignal,
): Promise<void> {
  if (entry.kind === 'history') {
    const { state } = historyToItem(entry, isEnglish(await readSettings(api, signal)));
    if (state === 'held') await tell(api, { mode: 'retry', value: entry.id }, signal);
    return;
  }
  const { paused } = await readQueueState(api, await readQueue(api, { search: tag, signal }), signal);
  if (paused === 'by_person') await tell(api, { mode: 'resume' }, signal);
}

/** A no means that the item has moved on; what became of it, the next look shows. */
export async function tell(
  api: SabnzbdApi,
  fields: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await api(fields, done, { signal });
  } catch (error) {
    if (!(error instanceof SabnzbdRefusal)) throw error;
  }
}
