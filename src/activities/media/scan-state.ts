import { z } from 'zod';

/** What a walk has counted so far; `found` is the sum of all but `missing` and `invalid`. */
const counts = z.strictObject({
  found: z.int(),
  new: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  moved: z.int(),
  tooYoung: z.int(),
  growing: z.int(),
  invalid: z.int(),
  missing: z.int(),
  /** Folders that could not be read: with one of them nothing is called missing. */
  unreadFolders: z.int(),
});

export type ScanCounts = z.output<typeof counts>;

export const NOTHING_COUNTED: ScanCounts = {
  ...{ found: 0, new: 0, changed: 0, unchanged: 0, moved: 0 },
  ...{ tooYoung: 0, growing: 0, invalid: 0, missing: 0, unreadFolders: 0 },
};

/** How far a walk is: what a slice hands to the next one, and an attempt to the next one. */
const walkState = z.strictObject({
  /** Marks what this walk has not seen; a walk that begins again is another one. */
  scanId: z.string(),
  /** The database's clock when it began. */
  since: z.string(),
  /** Device and inode of the scanned folder: another disk there is another walk. */
  place: z.string(),
  /** How many files were known when it began: the total until it is known. */
  expected: z.int(),
  /** The last path done; null: none. */
  cursor: z.string().nullable(),
  counts,
});

export type WalkState = z.output<typeof walkState>;

/** Undefined for the checkpoint of a walk that has to begin again. */
export function readWalkState(checkpoint: unknown): WalkState | undefined {
  return walkState.safeParse(checkpoint).data;
}
