import { rm } from 'node:fs/promises';
import path from 'node:path';

import { readFolder } from './target.js';

/** A file that is being made, beside its target; the attempt's id tells whose it is. Scans pass over hidden names. */
export function partialOf(file: string, attemptId: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.partial-${attemptId}`);
}

/** All attempts' partial files of one target. An older attempt that still runs then fails at its rename. */
export async function removePartialsOf(file: string): Promise<void> {
  const folder = path.dirname(file);
  const prefix = path.basename(partialOf(file, ''));
  for (const name of await readFolder(folder)) {
    if (name.startsWith(prefix)) await rm(path.join(folder, name), { force: true });
  }
}
