import { randomUUID } from 'node:crypto';

import { Fault } from '../../domain/faults.js';
import { readScanStart, recordLook } from '../../store/acquisition/library-items.js';
import { listLibraries, type LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { openLibraryServer } from './connect.js';
import { getLibrary } from './library.js';
import { lookFrom } from './look-from.js';
import { matchDownloaded } from './match-downloaded.js';
import { readServer } from './read-server.js';

export interface RecentlyAdded {
  /** Items that the servers showed as new, of all libraries. */
  items: number;
  /** Requests whose item was among what the libraries have. */
  found: number;
  /** Libraries that did not answer. */
  failed: string[];
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** One library that does not answer hides nothing of the others; asked for by its name, it is the failure. */
  checkRecentlyAdded: async (
    { libraryId }: { libraryId?: string },
    step: StepContext,
  ): Promise<RecentlyAdded> => {
    const result: RecentlyAdded = { items: 0, found: 0, failed: [] };
    for (const library of await chosen(deps, libraryId)) {
      try {
        const { items, found } = await lookAt(deps, library, step);
        result.items += items;
        result.found += found;
      } catch (error) {
        if (libraryId !== undefined || !(error instanceof Fault)) throw error;
        result.failed.push(library.id);
        step.log('warn', `${library.name}: ${error.message}`);
      }
    }
    step.log('info', `${result.items} items are new, ${result.found} were waited for`);
    return result;
  },
}));

export type RecentlyAddedSteps = StepsOf<typeof steps>;

async function chosen(deps: ActivityDeps, libraryId: string | undefined): Promise<LibraryRow[]> {
  if (libraryId !== undefined) return [await getLibrary(deps, libraryId)];
  return (await listLibraries(deps.db)).filter(({ enabled }) => enabled);
}

/** All that came since the last look, to the end of the list (RMAB#284); a folder has no such list. */
async function lookAt(
  deps: ActivityDeps,
  library: LibraryRow,
  step: StepContext,
): Promise<{ items: number; found: number }> {
  const server = openLibraryServer(deps, library);
  let items = 0;
  if (server !== undefined) {
    const began = await readScanStart(deps.db);
    const addedSince = await lookFrom(deps, library.id);
    items = await readServer(deps, { library, server, addedSince, scanId: randomUUID(), step });
    await recordLook(deps.db, { libraryId: library.id, began });
  }
  return { items, found: await matchDownloaded(deps, { library, step }) };
}
