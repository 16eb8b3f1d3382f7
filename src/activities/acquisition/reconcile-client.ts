import type { DownloadItem } from '../../domain/acquisition/download.js';
import { MINUTE_MS } from '../../domain/durations.js';
import type { DownloadRow } from '../../store/acquisition/downloads.js';
import type { DownloadClientRow } from '../../store/acquisition/download-clients.js';
import {
  knownDownloads,
  lookAtDownload,
  reopenDownload,
  tellDownloadsAgain,
} from '../../store/acquisition/known-downloads.js';
import { openDownloads } from '../../store/acquisition/polled-downloads.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import { openClient } from './connect.js';
import { whyKept } from './why-kept.js';

export interface ReconciledClient {
  /** Items that open downloads have. */
  known: number;
  /** Items that the poller follows again. */
  adopted: number;
  /** Names of what bears our mark and belongs to nobody, with the reason. */
  unknown: string[];
  /** Open downloads that the client does not list. */
  missing: number;
  /** Jobs that are told once more how their download stands. */
  told: number;
}

/** A list is read within that time. */
const FRESH_MS = 10 * MINUTE_MS;

/**
 * Holds the client's list against our rows. What is open and not listed is the poller's: it counts the polls without it,
 * hands it over again or calls it removed (acquisition.md §4.1); here it is only asked to look.
 */
export async function reconcileClient(
  deps: ActivityDeps,
  { client, dryRun }: { client: DownloadClientRow; dryRun: boolean },
  step: StepContext,
): Promise<ReconciledClient> {
  const items = await openClient(deps, client).list(step.signal);
  const open = await openDownloads(deps.db, client.id);
  const openIds = new Set(open.map(({ clientItemId }) => clientItemId));
  const strays = items.filter(({ clientItemId }) => !openIds.has(clientItemId));
  const rows = await knownDownloads(deps.db, {
    clientId: client.id,
    itemIds: strays.map(({ clientItemId }) => clientItemId),
    owners: strays.flatMap(({ owners }) => owners ?? []),
  });
  const result: ReconciledClient = {
    ...{ known: items.length - strays.length, adopted: 0, unknown: [], missing: 0, told: 0 },
  };
  // What somebody else has put there stays theirs, with our tag on it too.
  for (const item of strays.filter((stray) => isOurs(stray, client))) {
    const row = ownRow(item, client, rows);
    if (row !== undefined && (row.adopted || isFresh(row))) continue;
    const why = await adopt(deps, { row, dryRun }, step);
    if (why === undefined) result.adopted += 1;
    else result.unknown.push(`"${item.name}" (${why})`);
  }
  const listed = new Set(items.map(({ clientItemId }) => clientItemId));
  const missing = open.filter(({ clientItemId }) => !listed.has(clientItemId));
  for (const { id } of dryRun ? [] : missing) await lookAtDownload(deps.db, id);
  result.missing = missing.length;
  if (!dryRun) result.told = await tellDownloadsAgain(deps.db, client.id);
  return result;
}

/** It was given back while the list was on its way. */
function isFresh({ removedAt }: DownloadRow): boolean {
  return removedAt === null || Date.now() - removedAt.getTime() < FRESH_MS;
}

/** By our tag. The embedded client has no tags, and nobody else puts anything there. */
function isOurs(item: DownloadItem, { embedded }: DownloadClientRow): boolean {
  return embedded || (item.owners ?? []).length > 0 || hasOurId(item);
}

/** SABnzbd has no place for an owner: there our mark is the item's id (usenet/tag.ts). */
function hasOurId({ clientItemId }: DownloadItem): boolean {
  return /^lp-[0-9a-f]{16}$/.test(clientItemId);
}

/** The same content may have been put there by somebody else since: only our own mark says that it is ours. */
function ownRow(
  item: DownloadItem,
  { embedded }: DownloadClientRow,
  rows: readonly DownloadRow[],
): DownloadRow | undefined {
  const byId = embedded || hasOurId(item);
  return rows.findLast(
    ({ id, clientItemId }) =>
      item.owners?.includes(id) === true || (byId && clientItemId === item.clientItemId),
  );
}

/** Why it is not taken up again; undefined when it is. */
async function adopt(
  deps: ActivityDeps,
  { row, dryRun }: { row: DownloadRow | undefined; dryRun: boolean },
  step: StepContext,
): Promise<string | undefined> {
  if (row === undefined) return 'no download of ours is known for it';
  const kept = await whyKept(deps, row);
  if (kept !== undefined) return `it was given back, but ${kept}`;
  if (dryRun) return undefined;
  await step.fence();
  await reopenDownload(deps.db, row.id);
  step.log('warn', `${row.releaseTitle} is still in its client: it is followed again`, {
    downloadId: row.id,
  });
  return undefined;
}
