import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The absolute path of a program given by path or by name on PATH; undefined when it is not there. */
export function findProgram(nameOrPath: string, searchPath: string | undefined): string | undefined {
  if (nameOrPath.includes('/')) return isExecutable(nameOrPath) ? path.resolve(nameOrPath) : undefined;
  return (searchPath ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, nameOrPath))
    .find(isExecutable);
}

/**
 * The Temporal program: the one that was named, else what set-up fetched, else PATH's. Set-up fetches one
 * only where PATH has none that is recent enough, so the fetched one comes first.
 */
export function findTemporal({
  cliPath,
  searchPath,
}: {
  cliPath: string | undefined;
  searchPath: string | undefined;
}): string | undefined {
  if (cliPath !== undefined) return findProgram(cliPath, searchPath);
  return findProgram(FETCHED_TEMPORAL, undefined) ?? findProgram('temporal', searchPath);
}

const FETCHED_TEMPORAL = fileURLToPath(new URL('../../.cache/bin/temporal', import.meta.url));

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
