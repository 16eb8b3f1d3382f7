import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { classifyFile } from '../../domain/acquisition/classify.js';
import { inLibrary } from '../../domain/acquisition/library-paths.js';
import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { removeEmptyFolders, statIfThere } from '../../integrations/files/target.js';
import { findItemById, recordDeleted, type LibraryItemRow } from '../../store/acquisition/library-items.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { getLibrary } from './library.js';
import { recycleFile } from './recycle.js';
import { requireOnline } from './root-state.js';

export interface DeleteItem {
  libraryItemId: string;
  dryRun: boolean;
}

export interface DeletedItem {
  /** The item's folder, relative to its library. */
  path: string;
  files: number;
  bytes: number;
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** By the path that is stored, never by one that today's settings would give (acquisition.md §1.12). */
  deleteItem: async ({ libraryItemId, dryRun }: DeleteItem, step: StepContext): Promise<DeletedItem> => {
    const item = await getItem(deps, libraryItemId);
    const library = await getLibrary(deps, item.libraryId);
    await requireOnline(deps, library);
    try {
      const files = await filesOf(deps, { library, item });
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      for (const { from } of files) step.log('info', `${dryRun ? 'would recycle' : 'recycles'} ${from}`);
      if (!dryRun) await recycleAll(deps, { library, item, files, step });
      return { path: item.path, files: files.length, bytes };
    } catch (error) {
      throw diskFault(error);
    }
  },
}));

export type DeleteSteps = StepsOf<typeof steps>;

async function getItem({ db }: ActivityDeps, id: string): Promise<LibraryItemRow> {
  const item = await findItemById(db, id);
  if (item !== undefined) return item;
  throw new Fault('gone', `There is no library item "${id}"`, {
    remedy: 'See "GET /api/library/items", or the request board',
  });
}

interface ItemFile {
  /** Relative to the library. */
  from: string;
  bytes: number;
}

/**
 * What the scan knows of the item, and what lies beside it in its folder: sidecars, covers. Folders further down may be
 * items of their own, and the library's own folder is nobody's.
 */
async function filesOf(
  { roots }: ActivityDeps,
  { library, item }: { library: LibraryRow; item: LibraryItemRow },
): Promise<ItemFile[]> {
  const host = roots.resolve(inLibrary(library, item.path));
  const is = await statIfThere(host);
  const folder = is?.isDirectory() === true ? item.path : path.posix.dirname(item.path);
  const names = is === undefined ? [] : await namesOf(host, { item, isFolder: is.isDirectory() });
  const found: ItemFile[] = [];
  for (const name of names.sort()) {
    const from = path.posix.join(folder, name);
    const file = await statIfThere(roots.resolve(inLibrary(library, from)));
    if (file?.isFile() === true) found.push({ from, bytes: Number(file.size) });
  }
  return found;
}

async function namesOf(
  host: string,
  { item, isFolder }: { item: LibraryItemRow; isFolder: boolean },
): Promise<string[]> {
  if (!isFolder) return withFile(host, { isLoose: !item.path.includes('/') });
  const beside = item.path === '' ? [] : await plainFiles(host);
  return [...new Set([...item.files.map((file) => file.path), ...beside])];
}

/** A film with what is called like it; and where nobody else is in its folder, the sidecars and covers too. */
async function withFile(host: string, { isLoose }: { isLoose: boolean }): Promise<string[]> {
  const { base, name: stem, dir } = path.parse(host);
  const names = await plainFiles(dir);
  const own = names.filter((name) => name === base || name.startsWith(`${stem}.`));
  const others = names.filter((name) => !own.includes(name));
  const isAlone =
    !isLoose && others.every((name) => ['cover', 'metadata'].includes(classifyFile(name, 'audiobook')));
  return isAlone ? names : own;
}

async function plainFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
}

async function recycleAll(
  deps: ActivityDeps,
  deleting: { library: LibraryRow; item: LibraryItemRow; files: readonly ItemFile[]; step: StepContext },
): Promise<void> {
  const { library, item, files, step } = deleting;
  await step.fence();
  for (const { from } of files) {
    await recycleFile(deps, { library, from, why: 'deleted', jobId: step.jobId });
  }
  const { root, relative: kept } = parseLogicalPath(library.root);
  const folders = [...new Set(files.map(({ from }) => path.posix.dirname(from)))].sort().reverse();
  for (const folder of folders.filter((name) => name !== '.')) {
    const own = parseLogicalPath(inLibrary(library, folder)).relative;
    await removeEmptyFolders({ root: deps.roots.folderOf(root), path: own, kept: kept === '' ? '.' : kept });
  }
  await recordDeleted(deps.db, item.id);
}
