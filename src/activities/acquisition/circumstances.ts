import type { Circumstances, ClientFacts } from '../../domain/acquisition/circumstances.js';
import { MINUTE_MS } from '../../domain/durations.js';
import { Fault } from '../../domain/faults.js';
import { logicalPath } from '../../domain/logical-path.js';
import { readVolume } from '../../integrations/files/volume.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import { missingBytes } from '../../store/acquisition/space.js';
import type { Queryable } from '../../store/database.js';
import { reservedSpace } from '../../store/space.js';
import type { Roots } from '../deps.js';
import { sharedBytes } from '../jobs/reserved-space.js';
import { offeredClients } from './choose-client.js';
import type { ConnectDeps } from './connect.js';
import { expectedPlacement, tagWishOf } from './placement.js';
import { rootState } from './root-state.js';

/** A process of the API judges a stored search too. */
export type DecisionDeps = ConnectDeps & { roots: Roots };

type Library = Pick<LibraryRow, 'name' | 'root' | 'writeTags' | 'mediaTypes'>;

/** A client in its first trouble is not counted as down: most are back at the next poll (acquisition.md §3.2). */
const TROUBLE_MS = 5 * MINUTE_MS;

/** Room where downloads go. */
export type DownloadSpace = Required<Pick<ClientFacts, 'freeBytes' | 'reservedBytes' | 'linkable'>>;

/** What stands between a release and its download now; what cannot be told is left out, and refuses nothing. */
export async function readCircumstances(
  deps: DecisionDeps,
  library: Library | undefined,
): Promise<Circumstances> {
  const space = await unlessEnvironment(downloadSpace(deps, deps.db, { library }));
  const offered = (await offeredClients(deps)).filter(({ enabled }) => enabled);
  const clients = offered.flatMap(({ id, name, protocols, unreachableSince }) =>
    protocols.map((protocol): ClientFacts => {
      const isUp = unreachableSince === null || Date.now() - unreachableSince.getTime() < TROUBLE_MS;
      return { id, name, protocol, isUp, ...space };
    }),
  );
  if (library === undefined) return { clients };
  const { state } = await rootState(deps, library.root);
  return { clients, target: { name: library.name, isOnline: state !== 'offline' } };
}

/** @throws Fault environment when the folder of downloads cannot be asked. */
export async function downloadSpace(
  { roots }: Pick<DecisionDeps, 'roots'>,
  db: Queryable,
  { library, except }: { library?: Library | undefined; except?: string },
): Promise<DownloadSpace> {
  const volume = await readVolume(roots.resolve(logicalPath('downloads', '')));
  const ofJobs = await sharedBytes({ roots }, volume, await reservedSpace(db));
  const reservedBytes = ofJobs + (await missingBytes(db, except === undefined ? {} : { except }));
  // On another disk the second copy needs no room here.
  const linkable =
    library === undefined ||
    (await expectedPlacement(db, { roots, library, writeTags: tagWishOf(library) })) !== 'copy';
  return { freeBytes: volume.freeBytes, reservedBytes, linkable };
}

async function unlessEnvironment<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof Fault && error.kind === 'environment') return undefined;
    throw error;
  });
}
