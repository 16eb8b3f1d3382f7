import { inLibrary } from '../../domain/acquisition/library-paths.js';
import { RECYCLE_FOLDER } from '../../domain/acquisition/recycle.js';
import { Fault, normalizeError } from '../../domain/faults.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { dropFromBin } from '../../integrations/files/recycle-bin.js';
import { statIfThere } from '../../integrations/files/target.js';
import {
  dueFiles,
  dueRoots,
  forgetOldRecycled,
  forgetRecycled,
  openMoves,
  recordExpired,
  recordRecycled,
  type RecycledRow,
} from '../../store/acquisition/recycled-files.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { moveOf } from './recycle.js';
import { rootState } from './root-state.js';

export interface EmptyBin {
  dryRun: boolean;
  olderThanDays: number;
  libraryId?: string | undefined;
}

export interface EmptiedBin {
  removed: number;
  bytes: number;
  /** Libraries whose disk is away; theirs stays for the next time. */
  failed: string[];
  /** The first of them; the job's log has each. */
  details: { id: string; path: string; bytes: number }[];
}

/** A job's result is small (design §3). */
const MOST_DETAILS = 20;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** With `dryRun` it tells what it would remove, and removes nothing. */
  emptyRecycleBin: async (wish: EmptyBin, step: StepContext): Promise<EmptiedBin> => {
    const result: EmptiedBin = { removed: 0, bytes: 0, failed: [], details: [] };
    const { olderThanDays: days, libraryId } = wish;
    if (!wish.dryRun) {
      await settleMoves(deps, step);
      await forgetOldRecycled(deps.db);
    }
    for (const { libraryId: id, root } of await dueRoots(deps.db, { days, libraryId })) {
      try {
        await requireBin(deps, root);
        await emptyOne(deps, { wish, root, step, result });
      } catch (error) {
        const fault = diskFault(error);
        if (!(fault instanceof Fault)) throw fault;
        if (fault.kind === 'superseded') throw fault;
        result.failed.push(id);
        step.log('warn', `${id}: ${fault.message}`);
      }
    }
    const verb = wish.dryRun ? 'would be' : 'were';
    step.log('info', `${result.removed} files (${result.bytes} bytes) ${verb} removed`);
    return result;
  },
}));

export type RecycleSteps = StepsOf<typeof steps>;

/** An empty mount point has no bin: what it does not show is on the disk that is away. */
async function requireBin({ db, roots }: ActivityDeps, root: string): Promise<void> {
  const found = await rootState({ db, roots }, root);
  if (found.state === 'offline') {
    const remedy = 'Check that its disk is mounted';
    throw new Fault('environment', found.why, { waitingReason: 'mount_gone', remedy });
  }
  if ((await statIfThere(roots.resolve(inLibrary({ root }, RECYCLE_FOLDER)))) !== undefined) return;
  throw new Fault('environment', `Expected the recycle bin of ${root}, it is not there`, {
    waitingReason: 'mount_gone',
    remedy: 'Check that its disk is mounted',
  });
}

async function emptyOne(
  deps: ActivityDeps,
  emptying: { wish: EmptyBin; root: string; step: StepContext; result: EmptiedBin },
): Promise<void> {
  const { wish, root, step, result } = emptying;
  for (let after = ''; ;) {
    const due = await dueFiles(deps.db, { days: wish.olderThanDays, root, after });
    for (const row of due) {
      step.signal.throwIfAborted();
      if (!wish.dryRun) await removeOne(deps, row, step);
      result.removed += 1;
      result.bytes += row.bytes;
      const told = { id: row.id, path: row.fromPath, bytes: row.bytes };
      if (result.details.length < MOST_DETAILS) result.details.push(told);
      step.log('info', `${wish.dryRun ? 'would remove' : 'removed'} ${row.fromPath}`, told);
    }
    const last = due.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

async function removeOne(deps: ActivityDeps, row: RecycledRow, step: StepContext): Promise<void> {
  await step.fence();
  await dropFromBin(moveOf(deps.roots, row));
  await recordExpired(deps.db, row.id);
}

/**
 * Moves that were begun by a job which was killed and does not come back: their rows say what is true. Nothing is moved
 * here, since nobody has asked for it again.
 */
async function settleMoves(deps: ActivityDeps, step: StepContext): Promise<void> {
  for (const row of await openMoves(deps.db)) {
    try {
      const inBin = (await statIfThere(deps.roots.resolve(row.binPath))) !== undefined;
      await (inBin ? recordRecycled : forgetRecycled)(deps.db, row.id);
    } catch (error) {
      step.log('warn', `${row.fromPath}: ${normalizeError(error).message}`);
    }
  }
}
