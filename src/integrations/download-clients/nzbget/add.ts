import { z } from 'zod';

import { Fault, normalizeError } from '../../../domain/faults.js';
import type { AddDownload } from '../port.js';
import { taggedName } from '../usenet/tag.js';
import { edit, find, settle } from './entries.js';
import type { FailureLog } from './failure-log.js';
import { goOn } from './go-on.js';
import { OWNER_PARAMETER, TAG_PARAMETER, type Group, type HistoryItem } from './records.js';
import type { NzbgetRpc } from './rpc.js';

/** Whatever NZBGet answers, and when its answer is lost, the item is looked up afterwards. */
export async function addNzb(
  { rpc, failureLog }: { rpc: NzbgetRpc; failureLog: FailureLog },
  download: AddDownload,
  signal: AbortSignal,
): Promise<void> {
  const { clientItemId: tag, content } = download;
  if (content.kind !== 'nzb') throw new Fault('defect', `Expected an NZB, got ${content.kind}`);
  const existing = await find(rpc, tag, signal);
  if (existing !== undefined && !isDeletedByHand(existing)) {
    if (download.afterFault === true) await goOn({ rpc, failureLog }, existing, signal);
    return;
  }
  if (existing !== undefined) await edit(rpc, { command: 'HistoryFinalDelete', id: existing.id }, signal);
  const { id, refusal } = await append(rpc, { ...download, bytes: content.bytes }, signal);
  const added = await lookUp(rpc, { tag, id }, signal);
  if (added === undefined)
    throw refusal ?? new Fault('transient', 'NZBGet took the NZB, but does not have it');
  if (added.kind === 'group' || added.deleted !== 'SCAN') return;
  await edit(rpc, { command: 'HistoryFinalDelete', id: added.id }, signal);
  throw new Fault('release_fault', 'NZBGet cannot read the NZB file');
}

/** What somebody deleted stays in the history, and is fetched anew on demand. */
function isDeletedByHand(entry: Group | HistoryItem): boolean {
  return entry.kind === 'history' && entry.deleted === 'MANUAL';
}

async function append(
  rpc: NzbgetRpc,
  download: AddDownload & { bytes: Uint8Array },
  signal: AbortSignal,
): Promise<{ id?: number; refusal?: Error }> {
  const parameters = [TAG_PARAMETER, download.clientItemId, OWNER_PARAMETER, download.ownerKey];
  const params = [
    `${taggedName(download.name, download.clientItemId)}.nzb`,
    Buffer.from(download.bytes).toString('base64'),
    download.category ?? '',
    ...[0, false, false],
    // Which release to fetch is decided before: its own duplicate check would park what it takes for one.
    ...['', 0, 'FORCE'],
    // Flat: the documented structures come out as parameters called Name and Value (measured on 21.0).
    parameters,
  ];
  try {
    const id = await rpc('append', params, z.number(), signal);
    if (id > 0) return { id };
    return { refusal: new Fault('transient', `NZBGet did not take the NZB, and does not say why (${id})`) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { refusal: normalizeError(error) };
  }
}

/** A scan script, or a version that reads parameters otherwise, may have dropped the tag: it is set by the number. */
async function lookUp(
  rpc: NzbgetRpc,
  { tag, id }: { tag: string; id: number | undefined },
  signal: AbortSignal,
): Promise<Group | HistoryItem | undefined> {
  let found = await find(rpc, tag, signal);
  if (found !== undefined || id === undefined) return found;
  await settle(async () => {
    await edit(rpc, { command: 'GroupSetParameter', id, text: `${TAG_PARAMETER}=${tag}` }, signal);
    found = await find(rpc, tag, signal);
    return found !== undefined;
  }, signal);
  return found;
}
