import type { ActivityDeps } from '../activities/deps.js';
import type { Embedded } from '../embedded/embedded.js';
import { findDownloadClient, saveDownloadClient } from '../store/acquisition/download-clients.js';
import { listLibraries, saveLibrary } from '../store/acquisition/libraries.js';
import { DEFAULT_PATH_TEMPLATE } from '../domain/acquisition/path-template.js';

const EMBEDDED_CLIENT = 'aria2';

/** A folder library and the embedded download client, so that a first request works without settings. */
export async function ensureDefaults(
  { db, seal }: Pick<ActivityDeps, 'db' | 'seal'>,
  { aria2 }: { aria2: Embedded['aria2'] },
): Promise<void> {
  if ((await listLibraries(db)).length === 0) {
    await saveLibrary(db, {
      id: 'library',
      name: 'Library',
      kind: 'folder',
      root: 'library:',
      pathTemplate: DEFAULT_PATH_TEMPLATE,
      mediaTypes: ['audiobook'],
      enabled: true,
    });
  }
  if ('missing' in aria2) return;
  const known = await findDownloadClient(db, EMBEDDED_CLIENT);
  await saveDownloadClient(db, {
    id: EMBEDDED_CLIENT,
    name: known?.name ?? 'aria2 (embedded)',
    kind: 'aria2',
    // Its port and secret are this start's.
    baseUrl: aria2.rpcUrl,
    secret: seal.seal(aria2.secret),
    username: null,
    category: null,
    pathMappings: [],
    priority: known?.priority ?? 25,
    enabled: known?.enabled ?? true,
    embedded: true,
  });
}
