import { rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { keepSegment } from '../../../activities/media/saved-segments.js';
import { Fault } from '../../../domain/faults.js';
import { playbackBytes } from '../../../domain/media/playback-size.js';
import type { SegmentCheckpoint, SegmentGrid } from '../../../domain/media/segments.js';
import { pictureOptions } from '../../../media/plan/picture-options.js';
import { encodeSegments } from '../../../media/segments/encode-segments.js';
import { joinRun, segmentList, soundRun } from '../../../media/segments/join.js';
import type { FfmpegRun } from '../../../media/ffmpeg/run.js';
import { LIST, SOUND, type EncodeFolder } from './encode-folder.js';
import type { OnFile } from './on-file.js';
import { progressOf, requireRoom, type PlannedEncode } from './planned-encode.js';

interface Pieces {
  planned: PlannedEncode;
  folder: EncodeFolder;
  grid: SegmentGrid;
}

/** The picture in segments, from the first that is missing on, and all sound; gives the run that joins them. */
export async function encodePieces(
  on: OnFile,
  pieces: Pieces,
): Promise<{ run: Pick<FfmpegRun, 'inputs' | 'options'>; frames: number }> {
  const { planned, folder, grid } = pieces;
  const { plan, source } = planned;
  const checkpoint = await encodePicture(on, pieces);
  const sound = plan.audio.length === 0 ? undefined : await encodeSound(on, pieces);
  const list = path.join(folder.path, LIST);
  await writeFile(list, segmentList(grid, checkpoint));
  const run = joinRun(plan, grid, { list, sound, source: source.hostPath });
  return { run, frames: checkpoint.frames };
}

async function encodePicture(on: OnFile, { planned, folder, grid }: Pieces): Promise<SegmentCheckpoint> {
  const { plan, described, source } = planned;
  const { video, seconds } = plan;
  if (video.kind === 'copy' || video.rate === null || described.video === null)
    throw new Fault('defect', 'expected a picture of a steady rate');
  const planOfPicture = { ...video, rate: video.rate };
  const sourceRate = described.video.frameRate;
  const workFolder = path.join(folder.path, 'work');
  const total = seconds === null ? null : Math.round((seconds * grid.rate.num) / grid.rate.den);
  return on.during('encodeVideo', async (step) => {
    const from = await folder.finished(planned.key);
    await requireRoomFor(planned, from.frames / (total ?? Infinity));
    if (from.finished > 0)
      step.log('info', `goes on after ${from.finished} segments (${from.frames} pictures)`);
    await rm(workFolder, { recursive: true, force: true });
    return encodeSegments({
      ...{ run: on.media.run, source: source.hostPath, index: video.index, sourceRate },
      ...{ plan: planOfPicture, picture: pictureOptions(video, { encoder: 'software' }), grid },
      ...{ folder: folder.path, workFolder, from, signal: on.signal },
      keep: keepSegment,
      onSegment: folder.keep,
      onProgress: (frames) => {
        step.progress({ done: Math.min(frames, total ?? Infinity), total, unit: 'items' });
      },
    }).finally(() => rm(workFolder, { recursive: true, force: true, maxRetries: 10 }));
  });
}

/** The segments that are still to be made, and the file that all are joined to. */
async function requireRoomFor({ plan, source, target }: PlannedEncode, done: number): Promise<void> {
  const bytes = playbackBytes(plan, source.found.sizeBytes);
  await requireRoom(target, bytes + Math.round(bytes * Math.max(0, 1 - done)));
}

/** Made again where it was interrupted: it takes seconds. */
async function encodeSound(on: OnFile, { planned, folder }: Pieces): Promise<string> {
  const { plan, source } = planned;
  const output = path.join(folder.path, SOUND);
  await on.during('encodeSound', ({ progress }) =>
    on.media.run({
      ...soundRun(plan, { source: source.hostPath, output }),
      ...{ signal: on.signal, ...progressOf(plan, progress) },
    }),
  );
  if ((await stat(output)).size === 0) throw new Fault('transient', 'FFmpeg made an empty file of the sound');
  return output;
}
