import { parseLogicalPath } from '../../domain/logical-path.js';
import type { Roots } from '../../integrations/files/roots.js';
import type { Database, Queryable } from '../../store/database.js';
import { checkOnline, DOWNLOADS, requireOnline } from './root-state.js';

interface Place {
  /** A download's folder; a client may have chosen one below another root, which is looked after by its library. */
  directory: string;
}

/**
 * Before a client is told to write there: in a mount point without its disk all would be fetched anew, onto the disk below.
 * @throws Fault environment (mount_gone)
 */
export async function requireDownloadsDisk(
  deps: { roots: Roots; db: Database },
  { directory }: Place,
): Promise<void> {
  if (isBelowDownloads(directory)) await requireOnline(deps, { root: DOWNLOADS });
}

/** Before anything is called missing there. @throws Fault environment (mount_gone) */
export async function checkDownloadsDisk(
  deps: { roots: Roots; db: Queryable },
  { directory }: Place,
): Promise<void> {
  if (isBelowDownloads(directory)) await checkOnline(deps, { root: DOWNLOADS });
}

function isBelowDownloads(directory: string): boolean {
  return `${parseLogicalPath(directory).root}:` === DOWNLOADS;
}
