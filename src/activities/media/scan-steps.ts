import { Fault } from '../../domain/faults.js';
import { walkVideos } from '../../integrations/files/walk-videos.js';
import { markMissing, needReencode, proposeReencodes } from '../../store/media/video-scan.js';
import { rootState } from '../acquisition/root-state.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { scanBatch, seeKnown, type Scan } from './scan-batch.js';
import { beginWalk, requirePlace, scanFault, type ScanDeps, type ScanPlace } from './scan-place.js';
import { NOTHING_COUNTED, readWalkState, type ScanCounts, type WalkState } from './scan-state.js';

/** A slice gives its place in the queue back after this, milliseconds (jobs.md §5: at most 60 s). */
const SLICE_MS = 45_000;
/** Between two checkpoints, milliseconds. */
const CHECKPOINT_EACH_MS = 1_000;
/** No file where so many were is a disk that is away, or another one. */
const MANY = 10;
/** A disk that dies must not fill the log. */
const MAX_LOGGED = 100;
const MAX_TOLD_IDS = 100;
/** A checkpoint of no walk: what was read of an empty mount point is worth nothing. */
const BEGIN_AGAIN = { beginAgain: true };

export interface ScanSlice extends ScanPlace {
  skipExisting: boolean;
  quietSeconds: number;
  batchSize: number;
  /** Of the gallery: what browsers cannot play is counted, and proposed for an encode. */
  reencode?: { propose: boolean };
  /** Milliseconds after which it ends; default 45 s. */
  sliceMs?: number;
  /** Where the slice before has ended. */
  walk?: WalkState;
}

export interface ScanResult extends ScanCounts {
  /** False: a folder could not be read, and nothing was called missing. */
  isComplete: boolean;
  needReencode?: { count: number; ids: string[] };
}

/** Another slice follows, or the walk is over. */
export type ScanAnswer = { walk: WalkState } | { result: ScanResult };

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Reads on in a folder of videos, and brings their rows up to date (media.md §3.1). */
  scanVideos: async (slice: ScanSlice, step: StepContext): Promise<ScanAnswer> => {
    const hostRoot = deps.roots.folderOf(slice.root);
    try {
      return await readSlice(deps, { slice, step, hostRoot });
    } catch (error) {
      if (step.signal.aborted && error === step.signal.reason) throw error;
      throw scanFault(error, hostRoot);
    }
  },
}));

export type ScanSteps = StepsOf<typeof steps>;

interface Running {
  slice: ScanSlice;
  step: StepContext;
  hostRoot: string;
}

async function readSlice(deps: ActivityDeps, running: Running): Promise<ScanAnswer> {
  const { slice, step } = running;
  const begun = performance.now();
  const identity = await requirePlace(deps, slice);
  const isFirst = step.checkpoint === undefined || step.checkpoint === null;
  const reached = isFirst ? slice.walk : readWalkState(step.checkpoint);
  // Another disk, or an end that was no end: all of it is read again.
  let walk = reached?.place === identity ? reached : await begin(deps, running, identity);
  const scan = scanOf(deps, running, () => {
    walk = { ...walk, counts: { ...walk.counts, unreadFolders: walk.counts.unreadFolders + 1 } };
  });
  let savedAt = begun;
  for await (const paths of batches(scan, slice, walk.cursor)) {
    for await (const { cursor, counts } of scanBatch(scan, walk, paths)) {
      walk = { ...walk, cursor, counts: { ...counts, unreadFolders: walk.counts.unreadFolders } };
      tellProgress(step, walk);
      const now = performance.now();
      if (now - begun > (slice.sliceMs ?? SLICE_MS)) return { walk };
      if (now - savedAt < CHECKPOINT_EACH_MS) continue;
      savedAt = now;
      await step.saveCheckpoint(walk);
    }
  }
  return { result: await endWalk(scan, slice, walk) };
}

/** Kept at once, so that what a killed attempt has written still counts as new. */
async function begin(deps: ActivityDeps, { slice, step }: Running, identity: string): Promise<WalkState> {
  const walk = await beginWalk(deps, slice, identity);
  await step.saveCheckpoint(walk);
  return walk;
}

function scanOf(deps: ActivityDeps, { slice, step, hostRoot }: Running, onUnreadFolder: () => void): Scan {
  const { root, folder, skipExisting, quietSeconds } = slice;
  let logged = 0;
  return {
    ...{ deps, place: { root, folder }, hostRoot, rules: { skipExisting, quietSeconds }, step },
    onPassedOver: ({ what, relative, why }) => {
      if (what === 'folder') onUnreadFolder();
      logged += 1;
      if (logged <= MAX_LOGGED) step.log('warn', `passed over ${relative}: ${why}`);
    },
  };
}

async function* batches(
  { hostRoot, step, onPassedOver }: Scan,
  { folder, batchSize }: ScanSlice,
  cursor: string | null,
): AsyncIterable<string[]> {
  const after = cursor ?? undefined;
  let batch: string[] = [];
  const walk = { root: hostRoot, folder, after, signal: step.signal, onPassedOver };
  for await (const paths of walkVideos(walk)) {
    for (const path of paths) {
      batch.push(path);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  }
  yield batch;
}

function tellProgress(step: StepContext, { expected, counts: { found } }: WalkState): void {
  step.progress({ done: found, total: expected === 0 ? null : Math.max(expected, found), unit: 'files' });
}

/**
 * Calls missing what a complete walk has not seen.
 * @throws Fault environment (mount_gone) where the disk went away meanwhile, or all its files at once.
 */
async function endWalk(scan: Scan, slice: ScanSlice, walk: WalkState): Promise<ScanResult> {
  const { deps, place, step } = scan;
  const { scanId, expected, counts } = walk;
  const isAway = (await requirePlace(deps, place)) !== walk.place;
  if (isAway || (counts.found === 0 && expected >= MANY && !(await mayBeEmptied(deps, place)))) {
    await step.saveCheckpoint(BEGIN_AGAIN);
    throw mountGone(
      place,
      isAway ? 'is on another disk than it was when the scan began' : `is empty, and had ${expected} videos`,
    );
  }
  const isComplete = counts.unreadFolders === 0;
  if (isComplete) await seeKnown(scan, walk, { upTo: null, found: [] });
  const missing = isComplete ? await markMissing(deps.db, scanId) : 0;
  step.log('info', `${counts.found} videos, ${missing} missing`, { ...counts, isComplete });
  const result = { ...NOTHING_COUNTED, ...counts, missing, isComplete };
  if (slice.reencode === undefined) return result;
  if (slice.reencode.propose) await proposeReencodes(deps.db, place);
  return { ...result, needReencode: await needReencode(deps.db, place, { most: MAX_TOLD_IDS }) };
}

/** An inbox is there to be emptied, where its mark says that its disk is there. */
async function mayBeEmptied(deps: ScanDeps, { root, folder }: ScanPlace): Promise<boolean> {
  return root === 'inbox' && (await rootState(deps, `${root}:${folder}`)).state === 'online';
}

function mountGone({ root, folder }: ScanPlace, why: string): Fault {
  return new Fault('environment', `The folder ${root}:${folder} ${why}`, {
    waitingReason: 'mount_gone',
    remedy:
      'Mount its disk, and the scan goes on by itself; if its videos were all taken away on purpose, cancel the scan',
  });
}
