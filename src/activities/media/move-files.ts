import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { logicalPath, parseLogicalPath, type LogicalPath } from '../../domain/logical-path.js';
import type { FoundFile } from '../../domain/media/diff-scan.js';
import type { MoveIdentity, PlannedFile } from '../../domain/media/move-plan.js';
import { findFile } from '../../integrations/files/find-file.js';
import { hashHeadAndTail } from '../../integrations/files/head-tail.js';
import { locateTarget, statIfThere } from '../../integrations/files/target.js';
import type { MoveDisks } from './move-disks.js';

type Rooted = Pick<MoveDisks, 'roots'>;

/** A file as it is now. */
export interface SeenFile extends FoundFile, MoveIdentity {
  /** How many hard links it has. */
  names: number;
}

/**
 * Undefined where there is none.
 * @throws Fault bad_input for a link, a folder or a special file; Node's own error of a disk that fails.
 */
export async function seeFile({ roots }: Rooted, logical: LogicalPath): Promise<SeenFile | undefined> {
  const hostPath = roots.resolve(logical);
  const entry = await statIfThere(hostPath);
  if (entry === undefined) return undefined;
  const { root, relative } = parseLogicalPath(logical);
  const found = entry.isFile() ? await findFile(roots.folderOf(root), relative) : undefined;
  if (found === undefined) {
    throw new Fault('bad_input', `Expected a plain file, ${logical} is a link or a special file`, {
      remedy: 'Move the file itself, or replace the link by it',
    });
  }
  return { ...found, headTailHash: await hashHeadAndTail(hostPath), names: Number(entry.nlink) };
}

/** Whether a plain file of this content is at a place. */
export async function isAt(
  { roots }: Rooted,
  logical: LogicalPath,
  identity: MoveIdentity,
): Promise<boolean> {
  const hostPath = roots.resolve(logical);
  const entry = await statIfThere(hostPath);
  if (entry?.isFile() !== true || Number(entry.size) !== identity.sizeBytes) return false;
  return (await hashHeadAndTail(hostPath)) === identity.headTailHash;
}

/** Whether a source is what it was when its plan was made. */
export function isAsPlanned(file: PlannedFile, seen: SeenFile): boolean {
  return (
    seen.sizeBytes === file.sizeBytes &&
    seen.modifiedMs === file.modifiedMs &&
    seen.headTailHash === file.headTailHash
  );
}

/** The name that takes the place of `name` in a library folder, as it is spelled there; undefined: it is free. */
export async function takenBy(
  { roots }: Rooted,
  folder: string,
  name: string,
): Promise<LogicalPath | undefined> {
  const hostFolder = roots.resolve(logicalPath('library', folder));
  const { path: spelled, kept } = await locateTarget(hostFolder, name);
  return kept === '' ? undefined : inFolder(folder, spelled);
}

export function inFolder(folder: string, name: string): LogicalPath {
  return logicalPath('library', path.posix.join(folder, name));
}
