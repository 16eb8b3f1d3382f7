import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { errorCode, Fault } from '../../domain/faults.js';
import {
  logicalPath,
  parseLogicalPath,
  ROOTS,
  type LogicalPath,
  type Root,
} from '../../domain/logical-path.js';
import { isBelow } from './below.js';
import { diskFault, rootGone } from './disk-faults.js';

/** Logical paths to this host's paths and back. */
export interface Roots {
  /**
   * @throws Fault bad_input for a path that leaves its root, by name or by link; environment (mount_gone)
   * when the root's folder is not there.
   */
  resolve: (logical: string) => string;
  folderOf: (root: Root) => string;
  /** @throws Fault bad_input for a host path outside every root. */
  toLogical: (hostPath: string) => LogicalPath;
}

/**
 * Roots in `madeBelow`, Longplay's own data, are made now. One that a person has placed elsewhere may be a
 * mount that is away just now: made anew, it would fill the disk below. No root is ever made later.
 */
export function createRoots(folders: Record<Root, string>, { madeBelow }: { madeBelow: string }): Roots {
  for (const root of ROOTS) {
    if (isBelow(madeBelow, folders[root])) mkdirSync(folders[root], { recursive: true });
  }
  return {
    folderOf: (root) => folders[root],
    resolve: (logical) => {
      const { root, relative } = parseLogicalPath(logical);
      const resolved = path.join(folders[root], relative);
      const realFolder = realRoot(root, folders[root]);
      const real = realOf(resolved);
      if (real !== undefined && isBelow(realFolder, real)) return resolved;
      throw new Fault('bad_input', `The path ${logical} leaves its root by a link`, {
        remedy: 'Remove the link, or make its target a root of its own',
      });
    },
    toLogical: (hostPath) => {
      const root = ROOTS.find((candidate) => isBelow(folders[candidate], hostPath));
      if (root === undefined) throw new Fault('bad_input', 'Expected a path below one of the roots');
      return logicalPath(root, path.relative(folders[root], hostPath).split(path.sep).join('/'));
    },
  };
}

function realRoot(root: Root, folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    throw errorCode(error) === 'ENOENT' ? rootGone(root, error) : diskFault(error);
  }
}

/** The real path of the deepest part that exists; undefined for a link to nowhere, since a write goes there. */
function realOf(hostPath: string): string | undefined {
  try {
    return realpathSync(hostPath);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw diskFault(error);
    if (lstatSync(hostPath, { throwIfNoEntry: false }) !== undefined) return undefined;
    const parent = realOf(path.dirname(hostPath));
    return parent === undefined ? undefined : path.join(parent, path.basename(hostPath));
  }
}
