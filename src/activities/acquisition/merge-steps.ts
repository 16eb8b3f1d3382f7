import { rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { fromLogical, inLibrary } from '../../domain/acquisition/library-paths.js';
import { Fault } from '../../domain/faults.js';
import { parseLogicalPath } from '../../domain/logical-path.js';
import { diskFault } from '../../integrations/files/disk-faults.js';
import { partialOf, removePartialsOf } from '../../integrations/files/partial-file.js';
import { hashFile } from '../../integrations/files/place.js';
import { revealFile } from '../../integrations/files/reveal.js';
import { syncFile, syncFolders } from '../../integrations/files/sync.js';
import { removeEmptyFolders, statIfThere } from '../../integrations/files/target.js';
import {
  findMerge,
  findUnfinishedMerge,
  forgetMerge,
  planMerge,
  recordMerged,
  recordMergeFinished,
  recordMergePublished,
  replaceFiled,
} from '../../store/acquisition/chapter-merges.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { requireRoom } from './import-space.js';
import { getLibrary } from './library.js';
import { buildMerged } from './merge-build.js';
import { makeMergePlan, mergePlan, type MergePlan } from './merge-plan.js';
import { verifyMerged } from './merge-verify.js';
import { recycleFile } from './recycle.js';
import { requireOnline } from './root-state.js';

const mergedFile = z.object({ sizeBytes: z.number(), sha256: z.string() });
type MergedFile = z.output<typeof mergedFile>;

export interface PlannedMerge {
  name: string;
  files: number;
  chapters: number;
  seconds: number;
  /** Without a loss, or anew as AAC. */
  sound: 'copy' | 'aac';
}

export interface MergedChapters extends PlannedMerge {
  bytes: number;
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Decided once, whatever happens later; what a killed merge of this folder has made already is taken over. */
  planChapterMerge: async (
    { libraryId, path: folder }: { libraryId: string; path: string },
    step: StepContext,
  ): Promise<PlannedMerge> => {
    const stored = await findMerge(deps.db, step.jobId);
    if (stored !== undefined) return tell(mergePlan.parse(stored.plan));
    const library = await getLibrary(deps, libraryId);
    await requireOnline(deps, library);
    const logical = bookFolder(library, folder);
    const row = { jobId: step.jobId, libraryId, root: library.root, folder: logical };
    const former = await findFormer(deps, { folder: logical, jobId: step.jobId, step });
    if (former !== undefined) {
      await planMerge(deps.db, { ...row, ...former });
      step.log('info', 'goes on with what an earlier merge has made');
      return tell(former.plan);
    }
    const hostFolder = deps.roots.resolve(logical);
    const plan = await makeMergePlan(deps, { folder: logical, hostFolder, step });
    await planMerge(deps.db, { ...row, plan });
    return tell(plan);
  },

  /** Built hidden, verified, recorded, fenced, shown; only then do the separate files go to the recycle bin. */
  mergeChapters: async (_input: object, step: StepContext): Promise<MergedChapters> => {
    const merge = await getMerge(deps, step.jobId);
    await requireOnline(deps, merge);
    // A late, superseded attempt must not remove what the newer one makes.
    await step.fence();
    try {
      await removePartialsOf(merge.file);
      const isShown = merge.merged !== undefined && (await isWhole(merge, merge.merged, step.signal));
      const merged = isShown && merge.merged !== undefined ? merge.merged : await make(deps, merge, step);
      await recycleSources(deps, merge, { merged, fence: step.fence });
      step.log('info', `merged ${merge.plan.files.length} files into ${merge.plan.name}`);
      return { ...tell(merge.plan), bytes: merged.sizeBytes };
    } catch (error) {
      await rm(partialOf(merge.file, step.attemptId), { force: true }).catch(() => undefined);
      throw error === step.signal.reason ? error : diskFault(error);
    }
  },

  tidyMerge: async (_input: object, step: StepContext): Promise<void> => {
    const merge = await findStored(deps, step.jobId);
    if (merge !== undefined) await removePartialsOf(merge.file);
  },

  /** A cancel: what is shown already is brought to its end, since it is whole; of all else nothing stays. */
  discardMerge: async (_input: object, step: StepContext): Promise<void> => {
    const merge = await findStored(deps, step.jobId);
    if (merge === undefined) return;
    await removePartialsOf(merge.file);
    const { merged } = merge;
    if (merged !== undefined && (await isWhole(merge, merged, step.signal)))
      await recycleSources(deps, merge, { merged, fence: step.fence });
    else await forgetMerge(deps.db, step.jobId);
  },
}));

export type MergeSteps = StepsOf<typeof steps>;

/** @throws Fault bad_input for the library itself, a hidden folder, or one outside. */
function bookFolder(library: { root: string }, folder: string): string {
  const logical = inLibrary(library, folder);
  const relative = fromLogical(library, logical);
  if (relative === undefined || relative === '' || relative.split('/').some((name) => name.startsWith('.'))) {
    throw new Fault('bad_input', `Expected the folder of one book below the library, got "${folder}"`, {
      remedy: 'Name it relative to the library, such as "Some Author/Some Book"',
    });
  }
  return logical;
}

interface Merge {
  jobId: string;
  libraryId: string;
  root: string;
  /** Logical path of the book's folder. */
  folder: string;
  hostFolder: string;
  /** Host path of the merged file. */
  file: string;
  plan: MergePlan;
  merged: MergedFile | undefined;
}

type StoredMerge = NonNullable<Awaited<ReturnType<typeof findMerge>>>;

function openMerge({ roots }: ActivityDeps, row: StoredMerge): Merge {
  const plan = mergePlan.parse(row.plan);
  const hostFolder = roots.resolve(row.folder);
  const { jobId, libraryId, root, folder } = row;
  const merged = row.merged === null ? undefined : mergedFile.parse(row.merged);
  return { jobId, libraryId, root, folder, hostFolder, file: path.join(hostFolder, plan.name), plan, merged };
}

async function findStored(deps: ActivityDeps, jobId: string): Promise<Merge | undefined> {
  const row = await findMerge(deps.db, jobId);
  return row === undefined ? undefined : openMerge(deps, row);
}

async function getMerge(deps: ActivityDeps, jobId: string): Promise<Merge> {
  const merge = await findStored(deps, jobId);
  if (merge !== undefined) return merge;
  throw new Fault('bad_input', `The merge ${jobId} has no plan any more`, {
    remedy: 'Merge the folder again',
  });
}

/** A merge whose job ended after its file was shown: the folder has the book twice, and must not be merged again. */
async function findFormer(
  deps: ActivityDeps,
  { folder, jobId, step }: { folder: string; jobId: string; step: StepContext },
): Promise<{ plan: MergePlan; merged: MergedFile } | undefined> {
  const row = await findUnfinishedMerge(deps.db, { folder, jobId });
  if (row === undefined) return undefined;
  const merge = openMerge(deps, row);
  const { plan, merged } = merge;
  if (merged === undefined || !(await isWhole(merge, merged, step.signal))) return undefined;
  return { plan, merged };
}

async function isWhole({ file }: Merge, merged: MergedFile, signal: AbortSignal): Promise<boolean> {
  const found = await statIfThere(file);
  if (found?.isFile() !== true || Number(found.size) !== merged.sizeBytes) return false;
  return (await hashFile(file, { signal })) === merged.sha256;
}

async function make(deps: ActivityDeps, merge: Merge, step: StepContext): Promise<MergedFile> {
  const { plan, hostFolder, file, root, jobId } = merge;
  await checkUnchanged(merge);
  await requireRoom(deps, { jobId, root, bytes: estimate(plan), what: 'merge' });
  const partial = partialOf(file, step.attemptId);
  const { hasCover } = await buildMerged(deps, { plan, hostFolder, output: partial, step });
  await verifyMerged(deps, { plan, file: partial, hasCover, step });
  await checkUnchanged(merge);
  await syncFile(partial);
  const merged = {
    sizeBytes: (await stat(partial)).size,
    sha256: await hashFile(partial, { signal: step.signal }),
  };
  step.signal.throwIfAborted();
  await step.fence();
  await requireOnline(deps, merge);
  await recordMerged(deps.db, { jobId, merged });
  // link(2) never replaces what somebody has put there meanwhile.
  await revealFile(partial, file);
  await syncFolders([hostFolder]);
  await rm(partial, { force: true });
  return merged;
}

function estimate({ files, encoding }: MergePlan): number {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const seconds = files.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  return Math.ceil(1.1 * (encoding.kind === 'copy' ? bytes : (encoding.bitRate / 8) * seconds));
}

/** What was planned, and nothing else, goes into the file and then to the bin. */
async function checkUnchanged({ plan, hostFolder }: Merge): Promise<void> {
  for (const { path: source, sizeBytes, modifiedAtMs } of plan.files) {
    const found = await statIfThere(path.join(hostFolder, source));
    if (found?.size === sizeBytes && Math.trunc(Number(found.mtimeMs)) === modifiedAtMs) continue;
    throw new Fault('bad_input', `${source} was changed since the merge was planned`, {
      remedy: 'Wait until nobody writes there any more, then merge again',
    });
  }
}

/** From here on nothing is undone: each file is in the merged one, which is there. */
async function recycleSources(
  deps: ActivityDeps,
  merge: Merge,
  { merged, fence }: { merged: MergedFile; fence: () => Promise<void> },
): Promise<void> {
  const { jobId, libraryId: id, root, folder, plan } = merge;
  await fence();
  await recordMergePublished(deps.db, jobId);
  const sources = plan.files.map(({ path: source }) => source);
  for (const source of sources) {
    const from = fromLogical({ root }, `${folder}/${source}`) ?? '';
    await recycleFile(deps, { library: { id, root }, from, why: 'merged', jobId });
  }
  const durationSeconds = plan.files.reduce((sum, file) => sum + file.durationSeconds, 0);
  await replaceFiled(deps.db, {
    folder,
    replaced: sources.map((source) => `${folder}/${source}`),
    by: { path: `${folder}/${plan.name}`, ...merged, durationSeconds },
  });
  await removeDiscFolders(deps, merge);
  await recordMergeFinished(deps.db, folder);
}

async function removeDiscFolders({ roots }: ActivityDeps, { folder, plan }: Merge): Promise<void> {
  const { root, relative } = parseLogicalPath(folder);
  const folders = new Set(plan.files.map(({ path: source }) => path.posix.dirname(source)));
  folders.delete('.');
  for (const own of folders) {
    await removeEmptyFolders({ root: roots.folderOf(root), path: `${relative}/${own}`, kept: relative });
  }
}

function tell({ name, files, chapters, encoding }: MergePlan): PlannedMerge {
  const seconds = Math.round(files.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0));
  return { name, files: files.length, chapters: chapters.length, seconds, sound: encoding.kind };
}
