import { itemKey } from '../../catalogue/acquisition/media-item.js';
import { toLogical, type PathMapping } from '../../domain/acquisition/path-mapping.js';
import { Fault } from '../../domain/faults.js';
import type { Present, Wishes } from '../../domain/moving-in/plan-item.js';
import type { Roots } from '../../integrations/files/roots.js';
import { requestedKeys } from '../../store/acquisition/request-board.js';
import { listDownloadClients } from '../../store/acquisition/download-clients.js';
import { listIndexers } from '../../store/acquisition/indexers.js';
import { listLibraries } from '../../store/acquisition/libraries.js';
import type { Queryable } from '../../store/database.js';

/** What an import finds here already. */
export async function readPresent(db: Queryable): Promise<Present> {
  const [indexers, clients, libraries, asked] = await Promise.all([
    listIndexers(db),
    listDownloadClients(db),
    listLibraries(db),
    requestedKeys(db),
  ]);
  return {
    indexers: indexers.map((row) => ({ ...row, hasSecret: row.secret !== null })),
    clients: clients.map((row) => ({ ...row, hasSecret: row.secret !== null })),
    libraries,
    askedFor: (item) => {
      const known = asked.get(itemKey(item));
      return known === undefined ? undefined : `is asked for by ${known.jobId}: ${known.state}`;
    },
  };
}

/** By what the user says, else by where this host has its roots: programs on one machine often see the same folders. */
export function createWishes(
  roots: Roots,
  given: { pathMappings: readonly PathMapping[]; secrets: Readonly<Record<string, string>> },
): Wishes {
  return {
    secrets: new Map(Object.entries(given.secrets)),
    toLogical: (path) => toLogical(given.pathMappings, path) ?? belowRoots(roots, path),
  };
}

function belowRoots(roots: Roots, path: string): string | undefined {
  try {
    return roots.toLogical(path);
  } catch (error) {
    if (error instanceof Fault && error.kind === 'bad_input') return undefined;
    throw error;
  }
}
