import { mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import {
  logicalPath,
  parseLogicalPath,
  ROOTS,
  type LogicalPath,
  type Root,
} from '../../domain/logical-path.js';

/** Logical paths to this host's paths and back. */
export interface Roots {
  /** @throws Fault bad_input for a path that leaves its root, by name or by link. */
  resolve: (logical: string) => string;
  folderOf: (root: Root) => string;
  /** @throws Fault bad_input for a host path outside every root. */
  toLogical: (hostPath: string) => LogicalPath;
}

export function createRoots(folders: Record<Root, string>): Roots {
  for (const root of ROOTS) mkdirSync(folders[root], { recursive: true });
  return {
    folderOf: (root) => folders[root],
    resolve: (logical) => {
      const { root, relative } = parseLogicalPath(logical);
      const resolved = path.join(folders[root], relative);
      if (isBelow(realpathSync(folders[root]), realOf(resolved))) return resolved;
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

/** The real path of the deepest part that exists; what does not exist yet cannot be a link. */
function realOf(hostPath: string): string {
  try {
    return realpathSync(hostPath);
  } catch (error) {
    const parent = path.dirname(hostPath);
    if (parent === hostPath) throw error;
    return path.join(realOf(parent), path.basename(hostPath));
  }
}

function isBelow(folder: string, hostPath: string): boolean {
  const relative = path.relative(folder, hostPath);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}
