import { well, type HealthResult } from '../../domain/health/check.js';
import { tryConnection } from '../../integrations/connection-test.js';
import type { Roots } from '../../integrations/files/roots.js';
import { testLibraryServer } from '../../integrations/libraries/server-test.js';
import { listLibraries, type LibraryRow } from '../../store/acquisition/libraries.js';
import { openLibraryServer, type ConnectDeps } from './connect.js';
import { levelOfFailure, type EarlierChecks } from './health-level.js';
import { rootState } from './root-state.js';

interface Look {
  earlier: EarlierChecks;
  signal: AbortSignal;
}

/** Its disk first: while that is away nothing else of a library is of interest. */
export async function checkLibraries(
  deps: ConnectDeps & { roots: Roots },
  look: Look,
): Promise<HealthResult[]> {
  const libraries = (await listLibraries(deps.db)).filter(({ enabled }) => enabled);
  return Promise.all(libraries.map((library) => checkLibrary(deps, library, look)));
}

async function checkLibrary(
  deps: ConnectDeps & { roots: Roots },
  library: LibraryRow,
  { earlier, signal }: Look,
): Promise<HealthResult> {
  const about = { kind: 'library', subject: library.id } as const;
  const disk = await rootState(deps, library.root);
  if (disk.state === 'offline') {
    const remedy = `Mount its disk; if this is the right one: longplay library mark ${library.id}`;
    return { ...about, level: 'error', message: disk.why, remedy };
  }
  const { section, root, pathMappings, secret } = library;
  const test = await tryConnection(
    secret === null ? undefined : deps.seal.open(secret),
    async (own) => {
      const server = openLibraryServer(deps, library);
      if (server === undefined) return `${root} is there`;
      const place = { root, pathMappings };
      return testLibraryServer({ server, place, section, roots: deps.roots, signal: own });
    },
    { signal },
  );
  if (test.ok) return well('library', library.id, test.detail);
  const { detail: message, remedy } = test;
  return { ...about, level: levelOfFailure(test, { earlier, ...about }), message, remedy };
}
