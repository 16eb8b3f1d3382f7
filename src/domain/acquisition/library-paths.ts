import { logicalPath, parseLogicalPath, type Root } from '../logical-path.js';
import { relativeToRemote, toLogical, toRemote, type PathMapping } from './path-mapping.js';

/** Where a library has its files here, and how its media server sees the same folders. */
export interface LibraryPlace {
  /** A logical path. */
  root: string;
  pathMappings: readonly PathMapping[];
}

type HostRootOf = (root: Root) => string;

/** The logical path of a folder or file in a library; '' is the library itself. */
export function inLibrary({ root: libraryRoot }: Pick<LibraryPlace, 'root'>, relative: string): string {
  const { root, relative: base } = parseLogicalPath(libraryRoot);
  return logicalPath(root, [base, relative].filter((part) => part !== '').join('/'));
}

/** Where an item of the library is, for people: its logical path, or the server's own where no mapping covers it. */
export function placeOf(library: Pick<LibraryPlace, 'root'>, itemPath: string): string {
  return isServerPath(itemPath) ? itemPath : inLibrary(library, itemPath);
}

/** An item's path is relative to its library, but for one that lies outside of it as far as we know. */
export function isServerPath(itemPath: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:)/.test(itemPath);
}

/** A folder or file of the library as its server sees it: by a mapping, or else under our own path. */
export function toServerPath(place: LibraryPlace, relative: string, hostRootOf: HostRootOf): string {
  const logical = inLibrary(place, relative);
  return toRemote(place.pathMappings, logical, hostRootOf) ?? logical;
}

/** Relative to the library's root; undefined for what lies outside of it. */
export function fromServerPath(
  place: LibraryPlace,
  serverPath: string,
  hostRootOf: HostRootOf,
): string | undefined {
  const { root, relative: base } = parseLogicalPath(place.root);
  const logical = toLogical(place.pathMappings, serverPath);
  if (logical === undefined) {
    const own = [hostRootOf(root), base].filter((part) => part !== '').join('/');
    return serverPath.includes('..') ? undefined : relativeToRemote(own, serverPath);
  }
  return fromLogical(place, logical);
}

/** A logical path relative to the library's root; undefined for what lies outside of it. */
export function fromLogical(place: Pick<LibraryPlace, 'root'>, logical: string): string | undefined {
  const { root, relative: base } = parseLogicalPath(place.root);
  const found = parseLogicalPath(logical);
  return found.root === root ? relativeToRemote(`/${base}`, `/${found.relative}`) : undefined;
}
