import { logicalPath, parseLogicalPath, type LogicalPath, type Root } from '../logical-path.js';

/** A folder as another host sees it (`remote`), and the same one as a logical path. */
export interface PathMapping {
  remote: string;
  logical: string;
}

/** `C:\Media` and `\\nas\media` are Windows' spelling; all else is POSIX's. */
interface RemotePath {
  isWindows: boolean;
  /** `/`, `C:\` or `\\`; '' for a relative path. */
  anchor: string;
  names: string[];
}

/**
 * A logical path as the other host sees it, by the longest mapping that covers it in whole names (`/a/done2` is not
 * below `/a/done`). Without one both hosts see the same folders, which `hostRootOf` tells; undefined without that.
 * @throws Fault bad_input for what is no logical path.
 */
export function toRemote(
  mappings: readonly PathMapping[],
  logical: string,
  hostRootOf?: (root: Root) => string,
): string | undefined {
  const { root, relative } = parseLogicalPath(logical);
  const names = splitNames(relative);
  const best = longest(mappings, (mapping) => {
    const base = parseLogicalPath(mapping.logical);
    return base.root === root ? namesBelow(splitNames(base.relative), names, isSameName) : undefined;
  });
  if (best !== undefined) return join(parseRemote(best.mapping.remote), best.rest);
  return hostRootOf === undefined ? undefined : join(parseRemote(hostRootOf(root)), names);
}

/** The logical path of what another host names; undefined where no mapping covers it, or for a path with `..`. */
export function toLogical(mappings: readonly PathMapping[], remotePath: string): LogicalPath | undefined {
  const remote = parseRemote(remotePath);
  if (remote.names.includes('..') || remotePath.includes('\0')) return undefined;
  const best = longest(mappings, (mapping) => restBelow(parseRemote(mapping.remote), remote));
  if (best === undefined) return undefined;
  const { root, relative } = parseLogicalPath(best.mapping.logical);
  return logicalPath(root, [...splitNames(relative), ...best.rest].join('/'));
}

/** What stands below a folder of the other host, `/` between its names; undefined when it does not lie there. */
export function relativeToRemote(folder: string, remotePath: string): string | undefined {
  return restBelow(parseRemote(folder), parseRemote(remotePath))?.join('/');
}

/** The names that remain are fewest for the longest mapping; of equals the first one counts. */
function longest(
  mappings: readonly PathMapping[],
  restOf: (mapping: PathMapping) => string[] | undefined,
): { mapping: PathMapping; rest: string[] } | undefined {
  let best: { mapping: PathMapping; rest: string[] } | undefined;
  for (const mapping of mappings) {
    const rest = restOf(mapping);
    if (rest !== undefined && (best === undefined || rest.length < best.rest.length))
      best = { mapping, rest };
  }
  return best;
}

/** Windows tells no capital from a small letter, in names and drives. */
function restBelow(base: RemotePath, path: RemotePath): string[] | undefined {
  if (base.isWindows !== path.isWindows) return undefined;
  const isSame = base.isWindows ? isSameFolded : isSameName;
  return isSame(base.anchor, path.anchor) ? namesBelow(base.names, path.names, isSame) : undefined;
}

function namesBelow(
  base: readonly string[],
  names: readonly string[],
  isSame: (one: string, other: string) => boolean,
): string[] | undefined {
  const isBelow = base.length <= names.length && base.every((name, at) => isSame(name, names[at] ?? ''));
  return isBelow ? names.slice(base.length) : undefined;
}

function isSameName(one: string, other: string): boolean {
  return one === other;
}

function isSameFolded(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function parseRemote(text: string): RemotePath {
  const windows = /^(?:([A-Za-z]):(?:[\\/]|$)|\\\\)/.exec(text);
  if (windows === null) {
    return { isWindows: false, anchor: text.startsWith('/') ? '/' : '', names: splitNames(text) };
  }
  const [start, drive] = windows;
  const anchor = drive === undefined ? '\\\\' : `${drive}:\\`;
  return { isWindows: true, anchor, names: splitNames(text.slice(start.length), /[\\/]/) };
}

function splitNames(text: string, separator: string | RegExp = '/'): string[] {
  return text.split(separator).filter((name) => name !== '' && name !== '.');
}

function join({ isWindows, anchor, names }: RemotePath, rest: readonly string[]): string {
  return anchor + [...names, ...rest].join(isWindows ? '\\' : '/');
}
