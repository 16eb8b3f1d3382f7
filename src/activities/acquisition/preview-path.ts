import { inLibrary } from '../../domain/acquisition/library-paths.js';
import { previewFolder, type PreviewedFolder } from '../../domain/acquisition/path-preview.js';
import { bookFileNames, videoFileNames } from '../../domain/acquisition/file-names.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { Fault } from '../../domain/faults.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { locateTarget, readFolder } from '../../integrations/files/target.js';
import { claimOn } from '../../store/acquisition/imports.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';
import { claimOf } from './import-plan.js';

export const PATH_CLASHES = ['spelling', 'folder_there', 'file_there', 'claimed', 'unknown'] as const;

export interface PathClash {
  kind: (typeof PATH_CLASHES)[number];
  detail: string;
}

export interface PreviewedPath extends PreviewedFolder {
  files: string[];
  /** Empty: an import would find its place free. */
  clashes: PathClash[];
}

/**
 * Where an item would be filed, and what stands in its way; writes nothing.
 * @throws Fault bad_input for a template that cannot be.
 */
export async function previewPath(
  deps: Pick<ActivityDeps, 'db' | 'roots'>,
  wish: { library: Pick<LibraryRow, 'root'>; template: string; item: MediaItem; extensions: string[] },
): Promise<PreviewedPath> {
  const { library, template, item, extensions } = wish;
  const preview = previewFolder(template, item);
  const isVideo = item.mediaType === 'movie' || item.mediaType === 'episode';
  const files = isVideo ? videoFileNames(item, { extensions }) : bookFileNames(item, extensions);
  return {
    ...preview,
    files,
    clashes: await findClashes(deps, { library, folder: preview.folder, item, files }),
  };
}

interface Sought {
  library: Pick<LibraryRow, 'root'>;
  folder: string;
  item: MediaItem;
  files: readonly string[];
}

async function findClashes(
  deps: Pick<ActivityDeps, 'db' | 'roots'>,
  { library, folder, item, files }: Sought,
): Promise<PathClash[]> {
  try {
    const { path, kept } = await locateTarget(deps.roots.resolve(library.root), folder);
    const target = inLibrary(library, path);
    const isThere = kept === path;
    const names = isThere ? await readFolder(deps.roots.resolve(target)) : [];
    return [
      ...(path === folder ? [] : [spelling(path)]),
      ...(isThere ? [folderThere(path, names)] : []),
      ...files.filter((name) => names.includes(name)).map(fileThere),
      ...(await claims(deps, claimOf(target, { item, media: files.map((name) => ({ name })) }))),
    ];
  } catch (error) {
    const fault = diskFault(error);
    if (!(fault instanceof Fault)) throw fault;
    return [{ kind: 'unknown', detail: `${fault.message}: what is there cannot be seen` }];
  }
}

function spelling(path: string): PathClash {
  const detail = `The disk spells it ${path}, which an import takes over`;
  return { kind: 'spelling', detail };
}

function folderThere(path: string, names: readonly string[]): PathClash {
  const told = names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');
  return { kind: 'folder_there', detail: `${path} is there already${told === '' ? '' : `, with ${told}`}` };
}

function fileThere(name: string): PathClash {
  return {
    kind: 'file_there',
    detail: `${name} is there already; an import stops unless it is the same file`,
  };
}

async function claims({ db }: Pick<ActivityDeps, 'db'>, claimed: string): Promise<PathClash[]> {
  const claim = await claimOn(db, claimed);
  if (claim === undefined) return [];
  const what = claim.committed ? 'has filed to it' : 'is about to file to it';
  return [{ kind: 'claimed', detail: `${claim.jobId} ${what}: another item is refused there` }];
}
