import { realpath } from 'node:fs/promises';

import { errorCode } from '../../domain/faults.js';
import { importedFiles, type ManifestFile } from '../../store/acquisition/imports.js';
import { findRequest } from '../../store/acquisition/requests.js';
import { coOwner, type DownloadRow } from '../../store/acquisition/downloads.js';
import type { ActivityDeps } from '../deps.js';

type KeptDeps = Pick<ActivityDeps, 'db' | 'roots'>;

/**
 * Why a download whose duty is met stays in its client all the same; undefined when nothing is lost by its removal:
 * its import is verified, nobody else owns it, and the library has each file by another name (acquisition.md §4.6).
 */
export async function whyKept(deps: KeptDeps, download: DownloadRow): Promise<string | undefined> {
  const other = await coOwner(deps.db, download);
  if (other !== undefined) return `${other.id} has the same item of the client`;
  const request = download.requestId === null ? undefined : await findRequest(deps.db, download.requestId);
  // Nobody wants it any more, or nobody did who would file it: there is no copy to lose.
  if (request === undefined || NOT_FILED.includes(request.state)) return undefined;
  const files = await importedFiles(deps.db, request.id);
  if (files.length === 0) return 'its import is not verified';
  for (const file of files) {
    const problem = await lastCopy(deps, download, file);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const NOT_FILED: readonly string[] = ['cancelled', 'denied', 'failed'];

/** A link to the download is none: it would lead nowhere. A hard link is a name of its own. */
async function lastCopy(
  { roots }: KeptDeps,
  download: DownloadRow,
  { path }: ManifestFile,
): Promise<string | undefined> {
  try {
    const filed = await realpath(roots.resolve(path));
    const own = roots.resolve(download.directory);
    return filed.startsWith(`${own}/`) ? `${path} is the download's own file, not a copy` : undefined;
  } catch (error) {
    const what = errorCode(error) === 'ENOENT' ? 'is not there' : 'cannot be read';
    return `${path} ${what}: the download may be the last copy`;
  }
}
