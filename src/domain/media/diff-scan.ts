/** What a file system tells of a file without opening it. */
export interface FoundFile {
  /** Relative to its root. */
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  device: string;
  inode: string;
}

/** What is known of a file at the same path. */
export interface KnownFile {
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  inode: string;
  /** False: nobody has looked inside so far. */
  probed: boolean;
}

export interface ScanRules {
  /** The clock that files are dated by, milliseconds since 1970. */
  nowMs: number;
  quietSeconds: number;
  /** Known and unchanged files are not opened. */
  skipExisting: boolean;
}

/**
 * One file of a scan's batch, and what is to be done about it. `renumbered`: another inode and nothing else, as after a
 * remount: its content tells whether it is the same. `reopened`: unchanged, and asked for all the same.
 */
export type ScannedFile<Known> =
  | { file: FoundFile; verdict: 'new'; known?: never }
  | { file: FoundFile; verdict: 'tooYoung'; known?: Known }
  | { file: FoundFile; verdict: 'unchanged' | 'changed' | 'renumbered' | 'reopened'; known: Known };

/** Compares found files with the rows of their paths, in the order of the files (media.md §3.1). */
export function diffScan<Known extends KnownFile>(
  found: readonly FoundFile[],
  known: ReadonlyMap<string, Known>,
  rules: ScanRules,
): ScannedFile<Known>[] {
  return found.map((file) => {
    const row = known.get(file.path);
    if (row !== undefined && row.probed && isSameContent(file, row)) {
      if (file.inode !== row.inode) return { file, verdict: 'renumbered', known: row };
      return { file, verdict: rules.skipExisting ? 'unchanged' : 'reopened', known: row };
    }
    if (isTooYoung(file, rules)) return { file, verdict: 'tooYoung', ...(row && { known: row }) };
    return row === undefined ? { file, verdict: 'new' } : { file, verdict: 'changed', known: row };
  });
}

type SizeAndTime = Pick<FoundFile, 'sizeBytes' | 'modifiedMs'>;

/** As far as the file system tells. */
function isSameContent(one: SizeAndTime, other: SizeAndTime): boolean {
  return one.sizeBytes === other.sizeBytes && one.modifiedMs === other.modifiedMs;
}

/** A time in the future, beyond what two clocks differ by, says nothing of a file's age. */
function isTooYoung({ modifiedMs }: FoundFile, { nowMs, quietSeconds }: ScanRules): boolean {
  return Math.abs(nowMs - modifiedMs) < quietSeconds * 1_000;
}

/** Whether a file is still being written: it was looked at before it was read, and afterwards. */
export function hasChanged(before: FoundFile, after: FoundFile): boolean {
  return !isSameContent(before, after) || before.inode !== after.inode;
}

/** A row whose file may have been moved. */
export interface MovedFrom {
  id: string;
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  headTailHash: string | null;
}

/** Rows that a new file may be the moved file of: equal in size, time and content; whether the old place is empty is not known here. */
export function movedFrom<Row extends MovedFrom>(file: FoundFile, hash: string, rows: readonly Row[]): Row[] {
  return rows.filter(
    (row) => isSameContent(file, row) && row.headTailHash === hash && row.path !== file.path,
  );
}
