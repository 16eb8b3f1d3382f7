import path from 'node:path';

import { safeName } from '../../domain/acquisition/safe-name.js';
import { Fault } from '../../domain/faults.js';
import { logicalPath, type LogicalPath, type Root } from '../../domain/logical-path.js';
import { moveNames } from '../../domain/media/move-names.js';
import {
  MOVED_ROOTS,
  moveWay,
  type MoveIdentity,
  type MovePlan,
  type MoveResult,
  type MoveWish,
} from '../../domain/media/move-plan.js';
import { locateTarget } from '../../integrations/files/target.js';
import { findVideoToMove, type VideoToMove } from '../../store/media/move.js';
import type { StepContext } from '../jobs/step.js';
import { planCompanions, seeCompanions, type SeenCompanion } from './move-companions.js';
import type { MoveDisks } from './move-disks.js';
import { inFolder, isAt, seeFile, takenBy, type SeenFile } from './move-files.js';
import { requireTarget, type MoveDeps } from './move-place.js';
import { sourceGone } from './source-gone.js';

type Rooted = Pick<MoveDisks, 'roots'>;

/** A result: the video is in that folder already. */
export type PlannedMove = { plan: MovePlan } | { result: MoveResult };

/** A file that differs from its row, and was changed so short a time ago, is still being written; milliseconds. */
const QUIET_MS = 60_000;
const MOST_NUMBERS = 999;

/**
 * Decides where a video and its sidecars go; changes nothing but the mark of a library directory that has none.
 * @throws Fault gone without the video, bad_input for what cannot be moved there, environment (mount_gone, source_busy).
 */
export async function planMove(deps: MoveDeps, wish: MoveWish, step: StepContext): Promise<PlannedMove> {
  const row = await getVideo(deps, wish.videoId);
  const source = logicalPath(row.root, row.path);
  await requireTarget(deps, wish.targetDirectory);
  const folder = await placeFolder(deps, wish.targetDirectory);
  const seen = await seeFile(deps, source);
  if (seen === undefined) return { plan: await planGone(deps, { wish, row, source, folder }, step) };
  if (row.root === 'library' && path.posix.dirname(row.path) === folder.path) {
    const result = { from: source, path: source, how: 'found' as const, bytes: seen.sizeBytes };
    return { result: { ...result, companions: [] } };
  }
  requireQuiet(source, row, seen);
  const files = await planFiles(deps, { wish, row, source, folder, seen }, step);
  return { plan: { videoId: wish.videoId, ...files } };
}

type Row = VideoToMove & { root: Root };

async function getVideo({ db }: MoveDeps, id: string): Promise<Row> {
  const row = await findVideoToMove(db, id);
  if (row === undefined) {
    throw new Fault('gone', `There is no video ${id}`, { remedy: 'See "longplay media list"' });
  }
  const root = MOVED_ROOTS.find((moved) => moved === row.root);
  if (root !== undefined) return { ...row, root };
  throw new Fault('bad_input', `Expected a video in one of ${MOVED_ROOTS.join(', ')}, it is in ${row.root}`);
}

/** The folder as it is spelled on the disk; what is made anew gets a name that every disk takes. */
async function placeFolder({ roots }: MoveDeps, directory: string): Promise<MovePlan['folder']> {
  const library = roots.folderOf('library');
  const { kept } = await locateTarget(library, directory);
  const names = directory.split('/');
  const there = kept.split('/').length;
  const added = names.slice(there).map((name) => safeName(name, 255));
  if (!added.includes('')) return locateTarget(library, [kept, ...added].join('/'));
  throw new Fault('bad_input', `The directory ${directory} has a name that no disk takes`, {
    remedy: 'Name it otherwise',
  });
}

function requireQuiet(source: LogicalPath, row: Row, seen: SeenFile): void {
  const isKnown = row.sizeBytes === seen.sizeBytes && row.modifiedMs === seen.modifiedMs;
  if (isKnown || Math.abs(Date.now() - seen.modifiedMs) > QUIET_MS) return;
  throw new Fault('environment', `${source} is still being written`, {
    waitingReason: 'source_busy',
    remedy: 'Wait until it is complete; the job goes on by itself',
  });
}

interface Planning {
  wish: Pick<MoveWish, 'conflict' | 'link'>;
  row: Pick<Row, 'root' | 'path'>;
  source: LogicalPath;
  folder: MovePlan['folder'];
}

interface Place {
  number: number;
  to: LogicalPath;
  replaces: boolean;
  isThere: boolean;
}

/** By the disks alone: names, sidecars, and what stands at the target. @throws Fault bad_input for a conflict. */
export async function planFiles(
  deps: Rooted,
  planning: Planning & { seen: SeenFile },
  step: StepContext,
): Promise<Omit<MovePlan, 'videoId'>> {
  const { wish, row, source, folder, seen } = planning;
  const found = await seeCompanions(deps, { root: row.root, video: row.path });
  const place = await choosePlace(deps, { ...planning, identity: seen, companions: found });
  const way = moveWay(wish.link, seen);
  const { sizeBytes, modifiedMs, headTailHash } = seen;
  const companions = await planCompanions(deps, { found, row, folder, place, wish, way, step });
  return {
    video: {
      ...{ from: source, to: place.to, sizeBytes, modifiedMs, headTailHash, way, replaces: place.replaces },
    },
    ...{ companions, folder, isThere: place.isThere },
  };
}

/** The source is not there: an earlier job may have moved it and been killed before the row was told. */
async function planGone(
  deps: MoveDeps,
  planning: Planning & { wish: MoveWish; row: Row },
  step: StepContext,
): Promise<MovePlan> {
  const { wish, row, source, folder } = planning;
  const { headTailHash, sizeBytes } = row;
  if (headTailHash === null) throw await sourceGone(deps, source);
  const found = await seeCompanions(deps, { root: row.root, video: row.path });
  const identity = { headTailHash, sizeBytes };
  const unchosen = { ...wish, conflict: 'suffix' as const };
  const place = await choosePlace(deps, { ...planning, wish: unchosen, identity, companions: [] });
  if (!place.isThere) throw await sourceGone(deps, source);
  const way = moveWay(wish.link, { names: 1 });
  return {
    videoId: wish.videoId,
    video: { from: source, to: place.to, ...identity, modifiedMs: null, way, replaces: false },
    companions: await planCompanions(deps, { found, row, folder, place, wish, way, step }),
    ...{ folder, isThere: true },
  };
}

interface Choice extends Planning {
  identity: MoveIdentity;
  companions: readonly SeenCompanion[];
}

async function choosePlace(deps: Rooted, choice: Choice): Promise<Place> {
  const { wish, row, folder, identity, companions } = choice;
  const filename = path.posix.basename(row.path);
  const endings = companions.map(({ ending }) => ending);
  for (let number = 1; number <= MOST_NUMBERS; number += 1) {
    const names = moveNames(filename, endings, number);
    const taken = await takenBy(deps, folder.path, names.video);
    if (taken !== undefined && (await isAt(deps, taken, identity)))
      return { number, to: taken, replaces: false, isThere: true };
    const other = taken ?? (await firstTaken(deps, choice, names.companions));
    const to = taken ?? inFolder(folder.path, names.video);
    if (other === undefined) return { number, to, replaces: false, isThere: false };
    switch (wish.conflict) {
      case 'suffix':
        continue;
      case 'fail':
        throw conflict(other, 'Move it away, or choose the conflict suffix or replace');
      case 'replace':
        if (taken !== undefined) await seeFile(deps, taken);
        return { number, to, replaces: taken !== undefined, isThere: false };
    }
  }
  throw conflict(inFolder(folder.path, filename), `${MOST_NUMBERS} files have that name: move some away`);
}

/** A sidecar's place that another file has. */
async function firstTaken(
  deps: Rooted,
  { folder, companions }: Choice,
  names: readonly string[],
): Promise<LogicalPath | undefined> {
  for (const [index, companion] of companions.entries()) {
    const taken = await takenBy(deps, folder.path, names[index] ?? '');
    if (taken !== undefined && !(await isAt(deps, taken, companion.seen))) return taken;
  }
  return undefined;
}

function conflict(other: LogicalPath, remedy: string): Fault {
  return new Fault('bad_input', `Another file is at the target already: ${other}`, { remedy });
}
