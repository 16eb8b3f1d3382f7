import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The absolute path of a program given by path or by name on PATH; undefined when it is not there. */
export function findProgram(nameOrPath: string, searchPath: string | undefined): string | undefined {
  if (nameOrPath.includes('/')) return isExecutable(nameOrPath) ? path.resolve(nameOrPath) : undefined;
  return (searchPath ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, nameOrPath))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
