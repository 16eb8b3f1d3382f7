import { link, rename, rm } from 'node:fs/promises';

import { errorCode } from '../../domain/faults.js';
import { statIfThere } from './target.js';

/**
 * Gives a file its place on the same disk; what stands there is replaced only where that is wished. rename(2) replaces
 * without a word, and Node offers no RENAME_NOREPLACE; link(2) refuses a name that is taken, so the file gets its new
 * name first and loses the old one after. A kill between the two leaves one file with two names.
 * @returns false where another file has the name.
 * @throws Node's own error: EXDEV for another disk.
 */
export async function showFile(
  from: string,
  to: string,
  { replace }: { replace: boolean },
): Promise<boolean> {
  if (!replace) {
    const linked = await tryName(from, to);
    if (linked === 'taken') return false;
    if (linked === 'named') {
      await rm(from);
      return true;
    }
    if ((await statIfThere(to)) !== undefined) return false;
  }
  await rename(from, to);
  return true;
}

/** Whatever else refuses the link, such as a file system without any, the rename tells what is really wrong. */
async function tryName(from: string, to: string): Promise<'named' | 'taken' | 'refused'> {
  return link(from, to).then(
    () => 'named' as const,
    (error: unknown) => (errorCode(error) === 'EEXIST' ? ('taken' as const) : ('refused' as const)),
  );
}
