import type { DownloadItem } from '../../../domain/acquisition/download.js';
import { Fault } from '../../../domain/faults.js';
import type { ClientProbe, DownloadClient, RemoveDownload } from '../port.js';
import { removeOwnFolders } from '../usenet/own-folder.js';
import { usenetTag } from '../usenet/tag.js';
import { addNzb } from './add.js';
import { createSabnzbdApi, type SabnzbdApi, type SabnzbdOptions } from './api.js';
import { checkSettings } from './check.js';
import { find, get, readHistory, readQueue, type Entry } from './entries.js';
import { blameOf } from './fail-message.js';
import { tell } from './go-on.js';
import { historyToItem, queueToItems } from './item.js';
import { isEnglish, readQueueState, readSettings } from './queue-state.js';
import { queuePage, type HistorySlot } from './records.js';

/** In every name that we gave. */
const OURS = '[lp-';

/** SABnzbd over its API. An item is found by our tag in its name, so that every call can be repeated. */
export function createSabnzbdClient({ id, ...options }: SabnzbdOptions & { id: string }): DownloadClient {
  const api = createSabnzbdApi(options);
  return {
    id,
    kind: 'sabnzbd',
    protocols: ['usenet'],
    probe: (signal) => probe(api, signal),
    check: (signal) => checkSettings(api, signal),
    itemIdFor: usenetTag,
    add: (download, signal) => addNzb(api, download, signal),
    list: (signal) => list(api, signal),
    // What is in the NZB is not what lies in the folder in the end.
    files: async (tag, signal) => {
      await get(api, tag, signal);
      return undefined;
    },
    pause: (tag, signal) => setPaused(api, { tag, name: 'pause' }, signal),
    resume: (tag, signal) => setPaused(api, { tag, name: 'resume' }, signal),
    remove: (tag, wish, signal) => remove(api, { tag, ...wish }, signal),
  };
}

/** The version alone would be told without a key. */
async function probe(api: SabnzbdApi, signal: AbortSignal): Promise<ClientProbe> {
  const { version } = await api({ mode: 'queue', start: '0', limit: '1' }, queuePage, { signal });
  return { product: 'SABnzbd', version };
}

/** The whole queue, and of the history what is ours: others' history may be years long, and is nobody's concern. */
async function list(api: SabnzbdApi, signal: AbortSignal): Promise<DownloadItem[]> {
  const queue = await readQueue(api, { signal });
  const history = await readHistory(api, { search: OURS, signal });
  const over = new Set(history.map(({ id }) => id));
  const waiting = queue.slots.filter(({ id }) => !over.has(id));
  const english = history.some(isRiddle) ? isEnglish(await readSettings(api, signal)) : true;
  return [
    ...queueToItems(waiting, await readQueueState(api, queue, signal)),
    ...history.map((slot) => historyToItem(slot, english)),
  ];
}

/** A failure in words that Longplay does not know: only then its language matters. */
function isRiddle({ status, failMessage }: HistorySlot): boolean {
  return status === 'Failed' && blameOf(failMessage) === undefined;
}

async function setPaused(
  api: SabnzbdApi,
  { tag, name }: { tag: string; name: 'pause' | 'resume' },
  signal: AbortSignal,
): Promise<void> {
  const entry = await get(api, tag, signal);
  if (entry.kind === 'history') return;
  await tell(api, { mode: 'queue', name, value: entry.id }, signal);
}

/** Also out of the archive, where current versions put what is deleted; data that is finished is left to us. */
async function remove(
  api: SabnzbdApi,
  { tag, deleteData, hostDirectory }: RemoveDownload & { tag: string },
  signal: AbortSignal,
): Promise<void> {
  const entries = await allOf(api, tag, signal);
  for (const entry of entries) {
    const fields =
      entry.kind === 'queue'
        ? { mode: 'queue', del_files: '1' }
        : { mode: 'history', archive: '0', del_files: deleteData ? '1' : '0' };
    await tell(api, { ...fields, name: 'delete', value: entry.id }, signal);
  }
  if ((await find(api, tag, signal)) !== undefined) {
    throw new Fault('transient', `SABnzbd was told to delete ${tag}, and still has it`);
  }
  if (deleteData) await removeOwnFolders(hostDirectory, tag);
}

async function allOf(api: SabnzbdApi, tag: string, signal: AbortSignal): Promise<Entry[]> {
  const { slots } = await readQueue(api, { search: tag, signal });
  const history = await readHistory(api, { search: tag, signal });
  const archived = await readHistory(api, { search: tag, archived: true, signal });
  return [...slots, ...history, ...archived].filter(({ name }) => name.includes(`[${tag}]`));
}
