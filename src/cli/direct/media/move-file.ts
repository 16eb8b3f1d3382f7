import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';

import { showVideo } from '../../../activities/media/carry-out-move.js';
import { completeFiles } from '../../../activities/media/complete-move.js';
import type { MoveDisks } from '../../../activities/media/move-disks.js';
import { seeFile } from '../../../activities/media/move-files.js';
import { planFiles } from '../../../activities/media/plan-move.js';
import { removeStaged } from '../../../activities/media/stage-move.js';
import type { StepContext } from '../../../activities/jobs/step.js';
import { Fault } from '../../../domain/faults.js';
import { logicalPath, parseLogicalPath, type Root } from '../../../domain/logical-path.js';
import type { MovePlan, MoveResult, MoveWish } from '../../../domain/media/move-plan.js';
import type { NamedFile } from './files.js';
import type { OnFile } from './on-file.js';
import { requireRoom } from './planned-encode.js';

/** The two folders of a move, in the words of the job type: it moves from the inbox to the library. */
const [FROM, TO] = ['inbox', 'library'] as const;

export interface FileMove {
  source: NamedFile;
  /** Host path of the folder that it goes to. */
  folder: string;
  wish: Pick<MoveWish, 'conflict' | 'link'>;
}

/** `path` is the host path that the file has by now. */
export type MovedFile = Pick<MoveResult, 'how' | 'bytes' | 'companions'> & { from: string; path: string };

/**
 * What the job type `move_to_library` does, between two folders: a name that every disk takes, a rename or a copy that is
 * compared, the sidecars, and last the source.
 * @throws the signal's reason; Fault bad_input for a conflict, environment (disk_full).
 */
export async function moveFile(on: OnFile, move: FileMove): Promise<MovedFile> {
  const { source, folder } = move;
  try {
    return await carryOut(on, move);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const message = error.message
      .replaceAll(`${TO}:`, `${folder}/`)
      .replaceAll(`${FROM}:`, `${source.folder}/`);
    const { kind, remedy } = error;
    throw new Fault(kind, message, { ...(remedy === undefined ? {} : { remedy }), cause: error });
  }
}

async function carryOut(on: OnFile, move: FileMove): Promise<MovedFile> {
  const { source, folder } = move;
  const { hostPath: from, found } = source;
  if ((await realpath(source.folder)) === (await realpath(folder)))
    return { from, path: from, how: 'found', bytes: found.sizeBytes, companions: [] };
  if ((await lstat(from)).isSymbolicLink()) {
    throw new Fault('bad_input', `Expected a plain file, ${source.name} is a link`, {
      remedy: 'Name the file itself',
    });
  }
  const disks = disksBetween(move);
  // The same each time, so that what a kill has left of a copy goes.
  const jobId = `longplay-move-${createHash('sha256').update(from).digest('hex').slice(0, 12)}`;
  const plan = await on.during('planMove', async (step) => {
    await removeStaged(disks, logicalPath(TO, ''), jobId);
    return planMove(disks, move, step);
  });
  return on.during('moveVideo', (step) => moveAll(disks, { move, plan, step: { ...step, jobId } }));
}

type FilePlan = Omit<MovePlan, 'videoId'>;

async function planMove(disks: MoveDisks, { source, wish }: FileMove, step: StepContext): Promise<FilePlan> {
  const from = logicalPath(FROM, source.name);
  const seen = await seeFile(disks, from);
  if (seen === undefined) throw new Fault('bad_input', `${source.name} was taken away`);
  const row = { root: FROM, path: source.name };
  return planFiles(disks, { wish, row, source: from, folder: { path: '', kept: '' }, seen }, step);
}

interface Moving {
  move: FileMove;
  plan: FilePlan;
  step: StepContext;
}

async function moveAll(disks: MoveDisks, { move, plan, step }: Moving): Promise<MovedFile> {
  const how = plan.isThere ? 'found' : await showVideo(disks, plan, step);
  const seen = await seeFile(disks, plan.video.to);
  if (how === undefined || seen === undefined) {
    throw new Fault('bad_input', 'Another program writes to the target meanwhile', { remedy: 'Start again' });
  }
  const isVerified = how === 'copy' || how === 'reflink';
  const companions = await completeFiles(disks, { plan, step, isVerified, seen });
  const { relative } = parseLogicalPath(plan.video.to);
  const target = path.join(move.folder, relative);
  return { from: move.source.hostPath, path: target, how, bytes: seen.sizeBytes, companions };
}

function disksBetween({ source, folder }: FileMove): MoveDisks {
  const folderOf = (root: Root): string => (root === TO ? folder : source.folder);
  return {
    roots: {
      folderOf,
      resolve: (logical) => {
        const { root, relative } = parseLogicalPath(logical);
        return path.join(folderOf(root), relative);
      },
      toLogical: () => {
        throw new Fault('defect', 'a move of files asked for the logical path of a host path');
      },
    },
    holdSpace: async (_step, needs) => {
      const bytes = needs.reduce((sum, need) => sum + need.bytes, 0);
      await requireRoom(path.join(folder, source.name), bytes);
      return { release: () => Promise.resolve() };
    },
    setAside: () => Promise.resolve(false),
  };
}
