import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { parseLogicalPath } from '../../domain/logical-path.js';
import type { EncodeWay, Encoding } from '../../domain/media/encode-way.js';
import { PLAYBACK_ROOT } from '../../domain/media/playback-place.js';
import type { PlaybackWish } from '../../domain/media/playback-wish.js';
import type { PlaybackResult, PlaybackWork } from '../../domain/media/playback-work.js';
import { begunBy, type SegmentCheckpoint } from '../../domain/media/segments.js';
import { Fault } from '../../domain/faults.js';
import { statIfThere } from '../../integrations/files/target.js';
import { wholeOptions } from '../../media/plan/playback-options.js';
import { SegmentMismatch } from '../../media/segments/encode-segments.js';
import { joinRun, segmentList } from '../../media/segments/join.js';
import { segmentFiles } from '../../media/segments/segment-files.js';
import { madeOf } from '../../store/media/playback.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { removeAttemptFolders } from './attempt-folder.js';
import { encodeByWays } from './encode-by-ways.js';
import { encodeInSegments, SEGMENTS } from './encode-in-segments.js';
import { encodeSoundAlone, soundFile } from './encode-sound.js';
import { lookAtVideo, type Look, type Looked } from './look-at-video.js';
import { makePlayback, removePublished, type MadePlayback } from './make-playback.js';
import { makeScratch, removeScratch } from './playback-scratch.js';
import { recordPlayback } from './record-playback.js';
import { SavedSegments } from './saved-segments.js';
import { requireSource } from './source-file.js';
import { telling } from './told-fault.js';

export type { MadePlayback } from './make-playback.js';

export type EncodedVideo =
  | { kind: 'whole'; made: MadePlayback }
  | { kind: 'segments'; checkpoint: SegmentCheckpoint; encoding?: Encoding };

interface Joined {
  work: PlaybackWork;
  checkpoint: SegmentCheckpoint;
  encoding?: Encoding | undefined;
}

export const steps = defineSteps((deps: ActivityDeps) => ({
  lookAtVideo: (look: Look & PlaybackWish, step: StepContext): Promise<Looked> =>
    telling(deps, step, () => lookAtVideo(deps, look, step)),

  /** Needs no encoder of pictures: no GPU is held for it. */
  copyPlayback: ({ work }: { work: PlaybackWork }, step: StepContext): Promise<MadePlayback> =>
    telling(deps, step, () => makeWhole(deps, work, step)),

  encodeVideo: ({ work }: { work: PlaybackWork }, step: StepContext): Promise<EncodedVideo> =>
    telling(deps, step, () => encodeVideo(deps, work, step)),

  encodeSound: ({ work }: { work: PlaybackWork }, step: StepContext): Promise<void> =>
    telling(deps, step, () => encodeSoundAlone(deps, work, step)),

  joinPlayback: (joined: Joined, step: StepContext): Promise<MadePlayback> =>
    telling(deps, step, () => joinPlayback(deps, joined, step)),

  recordPlayback: (
    { work, made }: { work: PlaybackWork; made: MadePlayback },
    step: StepContext,
  ): Promise<PlaybackResult> => telling(deps, step, () => recordPlayback(deps, { work, made, step })),

  /** A cancelled job leaves no file. */
  removePlayback: async ({ work }: { work: PlaybackWork }, { jobId }: StepContext): Promise<void> => {
    await removeUnfinished(deps, jobId);
    await removeScratch(deps, jobId);
    const { root, relative } = parseLogicalPath(work.output);
    // A row of it: an earlier job's file stood there, and this one has taken its place.
    const isKnown = (await madeOf(deps.db, { root, path: relative })) !== undefined;
    if (!isKnown) await removePublished(deps, work.output, jobId);
  },

  /** Finished segments stay: a retry goes on from them. */
  tidyPlayback: async (_input: object, { jobId }: StepContext): Promise<void> => {
    await removeUnfinished(deps, jobId);
  },
}));

export type ReencodeSteps = StepsOf<typeof steps>;

async function removeUnfinished(deps: ActivityDeps, jobId: string): Promise<void> {
  for (const root of [PLAYBACK_ROOT, 'scratch'] as const) await removeAttemptFolders(deps, root, jobId);
}

async function makeWhole(
  deps: ActivityDeps,
  work: PlaybackWork,
  step: StepContext,
  by: { way?: EncodeWay; encoding?: Encoding } = {},
): Promise<MadePlayback> {
  const path = await requireSource(deps, work);
  const { input, output } = wholeOptions(work.plan, by.way);
  const run = { inputs: [{ path, options: input }], options: output };
  return makePlayback(deps, { work, step, run, encoding: by.encoding });
}

function encodeVideo(deps: ActivityDeps, work: PlaybackWork, step: StepContext): Promise<EncodedVideo> {
  const { grid } = work;
  if (grid === undefined)
    return encodeByWays(deps, { work, step }, async (way, encoding) => ({
      kind: 'whole',
      made: await makeWhole(deps, work, step, { way, encoding }),
    }));
  const saved = new SavedSegments(step);
  const begun = begunBy(saved.latest?.key ?? '', work);
  return encodeByWays(deps, { work, step, begun }, async (way, encoding) => {
    try {
      const checkpoint = await encodeInSegments(deps, { work, grid, step, way, saved });
      return { kind: 'segments', checkpoint, encoding };
    } catch (error) {
      if (!(error instanceof SegmentMismatch) || way.encoder !== 'software') throw error;
      step.log('warn', `${error.message}: it is encoded in one piece`);
      return { kind: 'whole', made: await makeWhole(deps, work, step, { way, encoding }) };
    }
  });
}

/** Steps that are done are not done again, so that somebody who has cleaned the scratch folder must be told. */
async function requirePieces(files: readonly string[]): Promise<void> {
  for (const file of files) {
    if ((await statIfThere(file)) !== undefined) continue;
    throw new Fault(
      'bad_input',
      `Expected ${path.basename(file)} of the encode in the scratch folder, it is gone`,
      {
        remedy: 'Start a new job: this one has nothing to join any more',
      },
    );
  }
}

async function joinPlayback(
  deps: ActivityDeps,
  { work, checkpoint, encoding }: Joined,
  step: StepContext,
): Promise<MadePlayback> {
  const { grid, plan } = work;
  if (grid === undefined) throw new Fault('defect', 'expected a picture in segments');
  const source = await requireSource(deps, work);
  const folder = await makeScratch(deps, step.jobId, SEGMENTS);
  const sound = plan.audio.length === 0 ? undefined : soundFile(path.dirname(folder), work);
  await requirePieces([
    ...segmentFiles(folder, checkpoint.finished),
    ...(sound === undefined ? [] : [sound]),
  ]);
  const list = path.join(folder, 'list.txt');
  await writeFile(list, segmentList(grid, checkpoint));
  const run = joinRun(plan, grid, { list, sound, source });
  return makePlayback(deps, { work, step, run, frames: checkpoint.frames, encoding });
}
