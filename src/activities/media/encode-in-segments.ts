import path from 'node:path';

import { Fault } from '../../domain/faults.js';
import type { EncodeWay } from '../../domain/media/encode-way.js';
import { playbackBytes } from '../../domain/media/playback-size.js';
import type { PlaybackWork } from '../../domain/media/playback-work.js';
import { segmentKey, type SegmentCheckpoint, type SegmentGrid } from '../../domain/media/segments.js';
import { pictureOptions } from '../../media/plan/picture-options.js';
import { encodeSegments } from '../../media/segments/encode-segments.js';
import type { ActivityDeps } from '../deps.js';
import { holdSpace, type HeldSpace } from '../jobs/reserved-space.js';
import type { StepContext } from '../jobs/step.js';
import { makeAttemptFolder, removeAttemptFolder } from './attempt-folder.js';
import { soundBeside, type SoundBeside } from './encode-sound.js';
import { makeScratch, scratchOf } from './playback-scratch.js';
import { keepSegment, missingSegment, type SavedSegments } from './saved-segments.js';
import { requireSource } from './source-file.js';

export const SEGMENTS = 'segments';

export interface SegmentedWork {
  work: PlaybackWork;
  grid: SegmentGrid;
  step: StepContext;
  way: EncodeWay;
  saved: SavedSegments;
}

/**
 * Encodes the picture in segments, from the first one that is missing on: after a pause, on another worker, or in another
 * run of the job.
 * @throws as encodeSegments, and as requireSource.
 */
export async function encodeInSegments(
  deps: ActivityDeps,
  { work, grid, step, way, saved }: SegmentedWork,
): Promise<SegmentCheckpoint> {
  const { video, seconds } = work.plan;
  if (video.kind === 'copy' || video.rate === null)
    throw new Fault('defect', 'expected a picture of a steady rate');
  const source = await requireSource(deps, work);
  const folder = await makeScratch(deps, step.jobId, SEGMENTS);
  const total = seconds === null ? null : Math.round((seconds * grid.rate.num) / grid.rate.den);
  const from = await usable(saved.latest, { key: segmentKey(work, way), folder, step });
  const room = await holdEncodeSpace(deps, { work, step, done: from.frames / (total ?? Infinity) });
  let sound: SoundBeside | undefined;
  try {
    const workFolder = await makeAttemptFolder(deps, 'scratch', step);
    sound = soundBeside(deps, { work, step, scratch: path.dirname(folder), workFolder });
    const made = await encodeSegments({
      ...{ run: deps.media.run, source, index: video.index, sourceRate: work.sourceRate },
      ...{
        plan: { ...video, rate: video.rate },
        picture: pictureOptions(video, way),
        grid,
        folder,
        workFolder,
        from,
      },
      signal: step.signal,
      keep: keepSegment,
      onSegment: saved.save,
      onProgress: (frames) => {
        step.progress({ done: total === null ? frames : Math.min(frames, total), total, unit: 'items' });
        if (total !== null) room.written((frames - from.frames) / Math.max(1, total - from.frames));
      },
    });
    await sound.done;
    return made;
  } finally {
    await sound?.stop();
    await removeAttemptFolder(deps, 'scratch', step);
    await room.release();
  }
}

/** What is still to be encoded, and the file that all will be joined to; `done`: share that is there already. */
async function holdEncodeSpace(
  deps: ActivityDeps,
  { work, step, done }: { work: PlaybackWork; step: StepContext; done: number },
): Promise<HeldSpace> {
  const bytes = playbackBytes(work.plan, work.identity.sizeBytes);
  return holdSpace(deps, step, [
    { place: scratchOf(step.jobId), bytes: Math.round(bytes * Math.max(0, 1 - done)) },
    { place: work.output, bytes, later: true },
  ]);
}

/** Segments that are not there, or are empty after a power cut, are made again, and all that follow them. */
async function usable(
  saved: SegmentCheckpoint | undefined,
  { key, folder, step }: { key: string; folder: string; step: StepContext },
): Promise<SegmentCheckpoint> {
  const none = { key, finished: 0, frames: 0, isWhole: false };
  if (saved?.key !== key) {
    if (saved !== undefined && saved.finished > 0)
      step.log('warn', 'what is encoded already does not join with this: all is encoded again');
    return none;
  }
  const missing = await missingSegment(folder, saved);
  if (missing !== undefined) {
    step.log('warn', `${missing} is not there any more: all is encoded again`);
    return none;
  }
  if (saved.finished > 0)
    step.log('info', `goes on after ${saved.finished} segments (${saved.frames} pictures)`);
  return saved;
}
