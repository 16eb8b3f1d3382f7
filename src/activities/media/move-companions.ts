import path from 'node:path';

import { logicalPath, type LogicalPath, type Root } from '../../domain/logical-path.js';
import { companionsOf, moveNames, type Companion } from '../../domain/media/move-names.js';
import { companionWay, type MoveWay, type MoveWish, type PlannedFile } from '../../domain/media/move-plan.js';
import { isSameName } from '../../domain/same-name.js';
import { readFolder, statIfThere } from '../../integrations/files/target.js';
import type { StepContext } from '../jobs/step.js';
import { inFolder, isAt, seeFile, takenBy, type SeenFile } from './move-files.js';
import type { MoveDisks } from './move-disks.js';
import { folderOfPath } from './source-gone.js';

type Rooted = Pick<MoveDisks, 'roots'>;

/** A plan is kept in the job's history. */
const MOST_COMPANIONS = 100;

export interface SeenCompanion extends Companion {
  from: LogicalPath;
  seen: SeenFile;
}

/** Plain files that bear a video's name, in its folder; none where the folder is away. */
export async function seeCompanions(
  deps: Rooted,
  { root, video }: { root: Root; video: string },
): Promise<SeenCompanion[]> {
  const folder = folderOfPath(video);
  const names = await readFolder(deps.roots.resolve(logicalPath(root, folder)));
  const found: SeenCompanion[] = [];
  for (const companion of companionsOf(path.posix.basename(video), names).slice(0, MOST_COMPANIONS)) {
    const from = logicalPath(root, path.posix.join(folder, companion.name));
    const entry = await statIfThere(path.join(deps.roots.folderOf(root), folder, companion.name));
    const seen = entry?.isFile() === true ? await seeFile(deps, from) : undefined;
    if (seen !== undefined) found.push({ ...companion, from, seen });
  }
  return found;
}

interface Planning {
  found: readonly SeenCompanion[];
  row: { path: string };
  folder: { path: string };
  place: { number: number; to: LogicalPath };
  wish: Pick<MoveWish, 'conflict'>;
  way: MoveWay;
  step: StepContext;
}

/** Where they go; one whose place another file has, and may keep, stays where it is. */
export async function planCompanions(deps: Rooted, planning: Planning): Promise<PlannedFile[]> {
  const { found, row, folder, place, wish, way, step } = planning;
  const endings = found.map(({ ending }) => ending);
  const names = moveNames(path.posix.basename(row.path), endings, place.number).companions;
  const planned: PlannedFile[] = [];
  for (const [index, { from, seen, shared }] of found.entries()) {
    const wanted = inFolder(folder.path, names[index] ?? '');
    const taken = await takenBy(deps, folder.path, path.posix.basename(wanted));
    const isOther = taken !== undefined && !(await isAt(deps, taken, seen));
    const to = taken ?? wanted;
    if (planned.some((earlier) => isSameName(earlier.to, to)) || (isOther && wish.conflict !== 'replace')) {
      step.log('warn', `${from} stays: another file has its name at the target`);
      continue;
    }
    const { sizeBytes, modifiedMs, headTailHash, names: links } = seen;
    const own = companionWay(way, { names: links, shared });
    planned.push({ from, to, sizeBytes, modifiedMs, headTailHash, way: own, replaces: isOther });
  }
  return planned;
}
