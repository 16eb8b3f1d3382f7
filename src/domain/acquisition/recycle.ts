import { parseLogicalPath } from '../logical-path.js';
import { inLibrary } from './library-paths.js';

/** Beside the books, so that a rename reaches it; scans pass over names that begin with a dot. */
export const RECYCLE_FOLDER = '.longplay-recycle';

/** How long the bin keeps a file, days, unless the schedule of `empty_recycle_bin` says otherwise. */
export const RECYCLE_DAYS = 30;

export const RECYCLE_REASONS = ['merged', 'deleted', 'replaced'] as const;
export type RecycleReason = (typeof RECYCLE_REASONS)[number];

/**
 * The logical path of a file in the bin: by day, then by id, so that no two of one name ever meet; below that it keeps
 * its path, so that people find it without Longplay too.
 * @throws Fault bad_input for a path that leaves the library.
 */
export function recyclePath({
  root,
  from,
  id,
  at,
}: {
  /** The library's, a logical path. */
  root: string;
  /** Relative to it. */
  from: string;
  id: string;
  at: Date;
}): string {
  const { relative } = parseLogicalPath(inLibrary({ root }, from));
  const base = parseLogicalPath(root).relative;
  const own = base === '' ? relative : relative.slice(base.length + 1);
  return inLibrary({ root }, [RECYCLE_FOLDER, at.toISOString().slice(0, 10), id, own].join('/'));
}
