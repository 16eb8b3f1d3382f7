import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import { logicalPath, parseLogicalPath, type LogicalPath, type Root } from '../../domain/logical-path.js';
import { markedPlaces } from '../../store/media/move.js';
import { checkOnline } from '../acquisition/root-state.js';
import type { ActivityDeps } from '../deps.js';

type SourceDeps = Pick<ActivityDeps, 'db' | 'roots'>;

/** What is not there may lie on a disk that is away. @throws Fault environment (mount_gone) then, else gives gone. */
export async function sourceGone(deps: SourceDeps, source: LogicalPath): Promise<Fault> {
  const { root, relative } = parseLogicalPath(source);
  await checkDisks(deps, root, folderOfPath(relative));
  return new Fault('gone', `Expected the video ${source}, it is not there any more`, {
    remedy: 'Scan the directory that it is in now, and start again',
  });
}

/** A file below this folder is not there: is its disk? @throws Fault environment (mount_gone). */
export async function checkDisks(deps: SourceDeps, root: Root, folder: string): Promise<void> {
  const marked = await markedPlaces(deps.db, placesAbove(root, folder));
  for (const place of new Set([`${root}:`, firstPlace(root, folder), ...marked]))
    await checkOnline(deps, { root: place });
}

export function folderOfPath(relative: string): string {
  const folder = path.posix.dirname(relative);
  return folder === '.' ? '' : folder;
}

export function firstPlace(root: Root, folder: string): LogicalPath {
  return logicalPath(root, folder.split('/')[0] ?? '');
}

function placesAbove(root: Root, folder: string): LogicalPath[] {
  const names = folder.split('/');
  return names.map((_, index) => logicalPath(root, names.slice(0, index + 1).join('/')));
}
