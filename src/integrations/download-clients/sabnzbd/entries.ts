import { Fault } from '../../../domain/faults.js';
import type { SabnzbdApi } from './api.js';
import { historyPage, queuePage, type HistorySlot, type QueuePage, type QueueSlot } from './records.js';

const PAGE = 500;
/** A bound for a server that answers the same page for ever. */
const MOST_PAGES = 100;

export type Entry = QueueSlot | HistorySlot;

/** The whole queue, or what of it bears `search` in its name. */
export async function readQueue(
  api: SabnzbdApi,
  { search, signal }: { search?: string; signal: AbortSignal },
): Promise<QueuePage> {
  const fields = { mode: 'queue', ...(search === undefined ? {} : { search }) };
  const first = await api({ ...fields, start: '0', limit: String(PAGE) }, queuePage, { signal });
  const slots = await rest(first, async (start) =>
    api({ ...fields, ...pageAt(start) }, queuePage, { signal }),
  );
  return { ...first, slots };
}

/** What of the history bears `search` in its name: all of it, since ours may be older than the newest hundred. */
export async function readHistory(
  api: SabnzbdApi,
  { search, archived = false, signal }: { search: string; archived?: boolean; signal: AbortSignal },
): Promise<HistorySlot[]> {
  const fields = { mode: 'history', search, ...(archived ? { archive: '1' } : {}) };
  const first = await api({ ...fields, ...pageAt(0) }, historyPage, { signal });
  return rest(first, (start) => api({ ...fields, ...pageAt(start) }, historyPage, { signal }));
}

function pageAt(start: number): { start: string; limit: string } {
  return { start: String(start), limit: String(PAGE) };
}

async function rest<Slot extends { id: string }>(
  first: { total: number; slots: Slot[] },
  next: (start: number) => Promise<{ slots: Slot[] }>,
): Promise<Slot[]> {
  const slots = new Map(first.slots.map((slot) => [slot.id, slot]));
  for (let page = 1; page < MOST_PAGES && page * PAGE < first.total; page += 1) {
    const { slots: more } = await next(page * PAGE);
    if (more.length === 0) break;
    for (const slot of more) slots.set(slot.id, slot);
  }
  return [...slots.values()];
}

/** Queue, then history: what moves in between shows in both and not in neither, and the later one counts. */
export async function find(api: SabnzbdApi, tag: string, signal: AbortSignal): Promise<Entry | undefined> {
  const { slots } = await readQueue(api, { search: tag, signal });
  const history = await readHistory(api, { search: tag, signal });
  return [...history, ...slots].find(({ name }) => name.includes(`[${tag}]`));
}

/** @throws Fault gone */
export async function get(api: SabnzbdApi, tag: string, signal: AbortSignal): Promise<Entry> {
  const entry = await find(api, tag, signal);
  if (entry !== undefined) return entry;
  throw new Fault('gone', `SABnzbd has no item ${tag}`);
}
