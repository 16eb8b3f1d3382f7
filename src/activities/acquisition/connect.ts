import { Fault } from '../../domain/faults.js';
import type { DownloadClient } from '../../integrations/download-clients/port.js';
import type { Indexer } from '../../integrations/indexers/port.js';
import type { Integrations } from '../../integrations/integrations.js';
import type { LibraryServer } from '../../integrations/libraries/port.js';
import { findDownloadClient, type DownloadClientRow } from '../../store/acquisition/download-clients.js';
import { findIndexer, type IndexerRow } from '../../store/acquisition/indexers.js';
import { type LibraryRow } from '../../store/acquisition/libraries.js';
import type { Queryable } from '../../store/database.js';
import type { Seal } from '../../store/seal.js';
import { paceOf } from './pace.js';

export interface ConnectDeps {
  db: Queryable;
  seal: Seal;
  integrations: Integrations;
}

/** @throws Fault gone when the client is configured no more. */
export async function connectClient(deps: ConnectDeps, id: string): Promise<DownloadClient> {
  const row = await findDownloadClient(deps.db, id);
  if (row === undefined) throw new Fault('gone', `The download client "${id}" is configured no more`);
  return openClient(deps, row);
}

export function openClient(
  { integrations, seal }: Omit<ConnectDeps, 'db'>,
  row: DownloadClientRow,
): DownloadClient {
  const { id, kind, baseUrl, username, secret } = row;
  return integrations.keptDownloadClient({
    id,
    kind,
    baseUrl,
    username,
    ...(secret === null ? {} : { secret: seal.open(secret) }),
  });
}

/** @throws Fault gone when the indexer is configured no more. */
export async function connectIndexer(
  deps: ConnectDeps,
  id: string,
): Promise<{ indexer: Indexer; row: IndexerRow }> {
  const row = await findIndexer(deps.db, id);
  if (row === undefined) throw new Fault('gone', `The indexer "${id}" is configured no more`);
  return { indexer: openIndexer(deps, row), row };
}

/** It keeps its pace among all workers. `anew`: one that remembers nothing, and so asks. */
export function openIndexer(
  { db, integrations, seal }: ConnectDeps,
  row: IndexerRow,
  { anew = false }: { anew?: boolean } = {},
): Indexer {
  const pace = paceOf(db, row);
  const { id, name, kind, baseUrl, username, secret, categories } = row;
  const open = anew ? integrations.indexer : integrations.keptIndexer;
  return open({
    id,
    name,
    kind,
    baseUrl,
    username,
    categories,
    ...(secret === null ? {} : { apiKey: seal.open(secret) }),
    ...(pace === undefined ? {} : { pace }),
  });
}

/** The media server behind a library; undefined for a folder, which we read ourselves. */
export function openLibraryServer(
  { integrations, seal }: Omit<ConnectDeps, 'db'>,
  { id, kind, baseUrl, section, secret }: LibraryRow,
): LibraryServer | undefined {
  if (kind === 'folder') return undefined;
  if (baseUrl === null) {
    throw new Fault('bad_input', `The library "${id}" has no address of its ${kind} server`, {
      remedy: 'Enter it in the settings of the library',
    });
  }
  const opened = secret === null ? {} : { secret: seal.open(secret) };
  return integrations.libraryServer({ id, kind, baseUrl, section, ...opened });
}
