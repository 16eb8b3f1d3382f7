import { randomBytes } from 'node:crypto';

import { fromServerPath } from '../../domain/acquisition/library-paths.js';
import { relativeToRemote } from '../../domain/acquisition/path-mapping.js';
import { makeShortId } from '../../domain/jobs/job-id.js';
import { plainText } from '../../integrations/libraries/plain-text.js';
import type { LibraryServer, ServerItem } from '../../integrations/libraries/port.js';
import { nameOf } from '../../integrations/libraries/remote-folder.js';
import { upsertItems, type LibraryFile, type ScannedItem } from '../../store/acquisition/library-items.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';

const BATCH = 50;
/** A longer path fits in no index row of Postgres. */
const MAX_PATH_BYTES = 2_000;

export interface ServerReading {
  library: LibraryRow;
  server: LibraryServer;
  /** undefined: everything. */
  addedSince: Date | undefined;
  scanId: string;
  step: StepContext;
}

/**
 * Takes over what the server shows: all of its section, or what was added since.
 * @throws Fault of the server; what was read before stays, and nothing is called missing.
 */
export async function readServer(deps: ActivityDeps, reading: ServerReading): Promise<number> {
  const { library, server, addedSince, scanId, step } = reading;
  const taken = new Map<string, string>();
  let batch: ScannedItem[] = [];
  let items = 0;
  const write = async (): Promise<void> => {
    if (batch.length > 0) await upsertItems(deps.db, { libraryId: library.id, scanId, items: batch });
    batch = [];
    step.progress({ done: items, total: null, unit: 'items' });
  };
  const since = addedSince === undefined ? {} : { addedSince };
  for await (const told of server.items({ ...since, signal: step.signal })) {
    if (step.signal.aborted) throw step.signal.reason;
    const item = asScanned(told, pathOf(deps, library, told, taken));
    if (isStorable(item.path)) batch.push(item);
    else step.log('warn', `cannot keep "${item.title}": its path is too long or no text`);
    items += 1;
    if (batch.length >= BATCH) await write();
  }
  await write();
  return items;
}

/**
 * Relative to our root where the item lies there, else the server's own. Of two items in one folder the second is known
 * by its file: a path names one item.
 */
function pathOf(
  { roots }: ActivityDeps,
  library: LibraryRow,
  item: ServerItem,
  taken: Map<string, string>,
): string {
  const ours = (path: string): string => fromServerPath(library, path, roots.folderOf) ?? path;
  const path = ours(item.path);
  const [file] = item.files;
  const isTaken = path === '' || (taken.get(path) ?? item.serverId) !== item.serverId;
  const chosen = isTaken && file !== undefined ? ours(file.path) : path;
  taken.set(chosen, item.serverId);
  return chosen;
}

function isStorable(path: string): boolean {
  return !/\0|\p{Surrogate}/u.test(path) && Buffer.byteLength(path) <= MAX_PATH_BYTES;
}

function asScanned(item: ServerItem, path: string): ScannedItem {
  const files = item.files.map((file) => fileOf(item, file));
  const isSized = item.files.every(({ sizeBytes }) => sizeBytes !== undefined);
  return {
    id: `item-${makeShortId(randomBytes(8))}`,
    path,
    mediaType: item.mediaType,
    title: plainText(item.title) ?? nameOf(item.path),
    author: plainText(item.author) ?? null,
    narrator: plainText(item.narrator) ?? null,
    year: item.year ?? null,
    asin: plainText(item.asin) ?? null,
    isbn: plainText(item.isbn) ?? null,
    imdbId: plainText(item.imdbId) ?? null,
    tmdbId: item.tmdbId ?? null,
    season: item.season ?? null,
    episode: item.episode ?? null,
    serverItemId: item.serverId,
    durationSeconds: item.durationSeconds ?? null,
    sizeBytes: isSized ? files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) : 0,
    files,
  };
}

/** A server tells no time of change that would be of use. */
function fileOf(item: ServerItem, file: ServerItem['files'][number]): LibraryFile {
  const relative = relativeToRemote(item.path, file.path);
  const path = relative === undefined || relative === '' ? nameOf(file.path) : relative;
  return { path, sizeBytes: file.sizeBytes ?? 0, modifiedAtMs: 0, durationSeconds: null };
}
