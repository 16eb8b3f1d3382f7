import { access, constants, statfs } from 'node:fs/promises';

import { SPARE_BYTES } from '../../domain/acquisition/circumstances.js';
import { errorCode, Fault } from '../../domain/faults.js';
import { well, type HealthLevel, type HealthResult } from '../../domain/health/check.js';
import type { Roots } from '../../integrations/files/roots.js';
import { listLibraries } from '../../store/acquisition/libraries.js';
import { missingBytes } from '../../store/acquisition/space.js';
import type { Queryable } from '../../store/database.js';
import { DOWNLOADS, rootState } from './root-state.js';

/** Below this a download or an import will soon find no room; below SPARE_BYTES none begins (acquisition.md §3.3). */
const LOW_BYTES = 10 * SPARE_BYTES;

interface FolderDeps {
  db: Queryable;
  roots: Roots;
}

/** Where downloads go and where libraries stand: whether we may write there, and what room is left. */
export async function checkFolders(deps: FolderDeps): Promise<HealthResult[]> {
  const libraries = (await listLibraries(deps.db)).filter(({ enabled }) => enabled);
  const folders = [...new Set([DOWNLOADS, ...libraries.map(({ root }) => root)])];
  return (await Promise.all(folders.map((folder) => checkFolder(deps, folder)))).flat();
}

async function checkFolder({ db, roots }: FolderDeps, logical: string): Promise<HealthResult[]> {
  const isDownloads = logical === DOWNLOADS;
  try {
    // That a library's disk is away is told of the library.
    const disk = isDownloads ? await rootState({ db, roots }, logical) : undefined;
    if (disk?.state === 'offline') return [away(disk.why)];
    const folder = roots.resolve(logical);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(folder);
    const taken = isDownloads ? await missingBytes(db) : 0;
    return [well('folder', logical, `${logical} can be written`), roomIn(logical, bavail * bsize - taken)];
  } catch (error) {
    const code = errorCode(error);
    // A library's folder is made with its first item.
    if (!isDownloads && code === 'ENOENT') return [];
    const what = error instanceof Fault ? error.message : `got ${code ?? 'an unknown error'}`;
    return [
      {
        kind: 'folder',
        subject: logical,
        // A library that is only read may be meant so.
        level: isDownloads ? 'error' : 'warning',
        message: `Expected to write in ${logical}: ${what}`,
        remedy: code === 'ENOENT' ? 'Make the folder, or mount its disk' : 'Let Longplay’s user write there',
      },
    ];
  }
}

function away(message: string): HealthResult {
  const remedy = 'Mount its disk; if this is the right one: longplay client mark';
  return { kind: 'folder', subject: DOWNLOADS, level: 'error', message, remedy };
}

function roomIn(logical: string, freeBytes: number): HealthResult {
  const message = `${(Math.max(0, freeBytes) / 1e9).toFixed(1)} GB are free in ${logical}`;
  const level: HealthLevel = freeBytes < SPARE_BYTES ? 'error' : freeBytes < LOW_BYTES ? 'warning' : 'ok';
  if (level === 'ok') return well('disk_space', logical, message);
  const beside = logical === DOWNLOADS ? ', beside what running downloads still need' : '';
  const remedy = 'Make room, or move the folder to a larger disk; what waits goes on by itself';
  return { kind: 'disk_space', subject: logical, level, message: `Only ${message}${beside}`, remedy };
}
