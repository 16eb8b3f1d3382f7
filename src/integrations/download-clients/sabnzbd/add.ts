import { Fault, normalizeError } from '../../../domain/faults.js';
import type { AddDownload } from '../port.js';
import { taggedName } from '../usenet/tag.js';
import { SabnzbdRefusal, type SabnzbdApi } from './api.js';
import { find } from './entries.js';
import { goOn } from './go-on.js';
import { added } from './records.js';

/** Repair, unpack and delete the archives; default priority. */
const POST_PROCESSING = '3';
const DEFAULT_PRIORITY = '-100';

/** Its own call adds as often as it is made: the item is looked up before, and after whatever SABnzbd answers. */
export async function addNzb(api: SabnzbdApi, download: AddDownload, signal: AbortSignal): Promise<void> {
  const { clientItemId: tag, content } = download;
  if (content.kind !== 'nzb') throw new Fault('defect', `Expected an NZB, got ${content.kind}`);
  const entry = await find(api, tag, signal);
  if (entry !== undefined)
    return download.afterFault === true ? goOn(api, { entry, tag }, signal) : undefined;
  const refusal = await addFile(api, { ...download, bytes: content.bytes }, signal);
  if ((await find(api, tag, signal)) !== undefined) return;
  throw refusal ?? new Fault('transient', 'SABnzbd took the NZB, but does not have it');
}

async function addFile(
  api: SabnzbdApi,
  download: AddDownload & { bytes: Uint8Array },
  signal: AbortSignal,
): Promise<Error | undefined> {
  const name = taggedName(download.name, download.clientItemId);
  const fields = {
    mode: 'addfile',
    nzbname: name,
    pp: POST_PROCESSING,
    priority: DEFAULT_PRIORITY,
    ...(download.category === undefined ? {} : { cat: download.category }),
  };
  try {
    const file = { name: `${name}.nzb`, bytes: download.bytes };
    const { status, nzo_ids } = await api(fields, added, { signal, file });
    // A duplicate of somebody's is an item all the same, with its number; no number means that nothing came of it.
    return status || nzo_ids.length > 0
      ? undefined
      : new Fault('release_fault', 'SABnzbd cannot use the NZB file');
  } catch (error) {
    if (signal.aborted) throw error;
    if (!(error instanceof SabnzbdRefusal)) return normalizeError(error);
    return new Fault('transient', `SABnzbd did not take the NZB: ${error.message}`, { cause: error });
  }
}
