import { sameAddress, type Change } from '../../domain/moving-in/plan-item.js';
import {
  findDownloadClient,
  listDownloadClients,
  saveDownloadClient,
} from '../../store/acquisition/download-clients.js';
import { findIndexer, listIndexers, saveIndexer } from '../../store/acquisition/indexers.js';
import { listLibraries, saveLibrary } from '../../store/acquisition/libraries.js';
import type { Queryable } from '../../store/database.js';
import type { Principal } from '../access/principal.js';
import type { ApiContext } from '../context.js';
import { HttpProblem } from '../http/problem.js';
import { askForItem } from '../requests/operations.js';
import { createRequestBody } from '../schemas/request.js';
import { newDownloadClientBody, newIndexerBody, newLibraryBody } from '../schemas/settings.js';
import { checkPlace } from '../settings/library-place.js';
import { changeSettings, chooseId } from '../settings/setting-ids.js';

/** What people asked for by hand goes first (design, §2). */
const REQUEST_PRIORITY = 9;

/**
 * Does what one item of a plan says, by the same rules as the settings and requests of the API; each look at what is
 * there and its change are one transaction, so two imports at once add nothing twice.
 * @throws Fault, HttpProblem or ZodError; of this item alone.
 */
export async function applyChange(context: ApiContext, change: Change, principal: Principal): Promise<void> {
  const { db } = context;
  switch (change.kind) {
    case 'addIndexer':
      return changeSettings(db, (tx) => addIndexer(context, tx, change.settings));
    case 'addClient':
      return changeSettings(db, (tx) => addClient(context, tx, change.settings));
    case 'addLibrary':
      return changeSettings(db, (tx) => addLibrary(tx, change.settings));
    case 'addSecret':
      return changeSettings(db, (tx) => addSecret(context, tx, change));
    case 'addMapping':
      return changeSettings(db, (tx) => addMapping(tx, change));
    case 'addRequest':
      return addRequest(context, change, principal);
  }
}

type Settings<Kind extends Change['kind']> = Extract<Change, { kind: Kind; settings: unknown }>['settings'];

async function addIndexer(
  { seal }: ApiContext,
  tx: Queryable,
  { secret, ...settings }: Settings<'addIndexer'>,
): Promise<void> {
  const body = newIndexerBody.parse(settings);
  const all = await listIndexers(tx);
  if (all.some(({ baseUrl }) => sameAddress(baseUrl, body.baseUrl))) return;
  const id = chooseId({ id: undefined, name: body.name }, idsOf(all));
  await saveIndexer(tx, { ...body, id, secret: secret === undefined ? null : seal.seal(secret) });
}

async function addClient(
  { seal }: ApiContext,
  tx: Queryable,
  { secret, ...settings }: Settings<'addClient'>,
): Promise<void> {
  const body = newDownloadClientBody.parse(settings);
  const all = await listDownloadClients(tx);
  if (all.some(({ baseUrl }) => sameAddress(baseUrl, body.baseUrl))) return;
  const id = chooseId({ id: undefined, name: body.name }, idsOf(all));
  const sealed = secret === undefined ? null : seal.seal(secret);
  await saveDownloadClient(tx, { ...body, id, secret: sealed, embedded: false });
}

async function addLibrary(tx: Queryable, settings: Settings<'addLibrary'>): Promise<void> {
  const body = newLibraryBody.parse(settings);
  checkPlace(body);
  const all = await listLibraries(tx);
  if (all.some(({ root }) => root === body.root)) return;
  const id = chooseId({ id: undefined, name: body.name }, idsOf(all));
  await saveLibrary(tx, { ...body, id, secret: null });
}

async function addSecret(
  { seal }: ApiContext,
  tx: Queryable,
  { to, id, secret, enabled }: Extract<Change, { kind: 'addSecret' }>,
): Promise<void> {
  const sealed = seal.seal(secret);
  if (to === 'indexer') {
    const row = await findIndexer(tx, id);
    if (row === undefined) throw new HttpProblem('gone', `There is no indexer "${id}" any more`);
    return saveIndexer(tx, { ...row, secret: sealed, enabled: row.enabled || enabled });
  }
  const row = await findDownloadClient(tx, id);
  if (row === undefined) throw new HttpProblem('gone', `There is no download client "${id}" any more`);
  await saveDownloadClient(tx, { ...row, secret: sealed, enabled: row.enabled || enabled });
}

async function addMapping(
  tx: Queryable,
  { clientUrl, mapping }: Extract<Change, { kind: 'addMapping' }>,
): Promise<void> {
  const row = (await listDownloadClients(tx)).find(({ baseUrl }) => sameAddress(baseUrl, clientUrl));
  if (row === undefined) {
    throw new HttpProblem('conflict', 'Its download client is not here', {
      remedy: 'Import the download clients too, then run this again',
    });
  }
  if (row.pathMappings.some(({ remote }) => remote === mapping.remote)) return;
  await saveDownloadClient(tx, { ...row, pathMappings: [...row.pathMappings, mapping] });
}

/** Into the library whose folder it had there, else into the first for its kind. */
async function addRequest(
  context: ApiContext,
  { item, folder }: Extract<Change, { kind: 'addRequest' }>,
  principal: Principal,
): Promise<void> {
  const libraries = (await listLibraries(context.db)).filter(
    ({ enabled, mediaTypes }) => enabled && mediaTypes.includes(item.mediaType),
  );
  const holds = (root: string): boolean =>
    folder === root || folder?.startsWith(root.endsWith(':') ? root : `${root}/`) === true;
  const home = libraries
    .filter(({ root }) => holds(root))
    .sort((one, other) => other.root.length - one.root.length)[0];
  const body = createRequestBody.parse({ item, libraryId: home?.id, priority: REQUEST_PRIORITY });
  await askForItem(context, { body, principal, key: undefined });
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
