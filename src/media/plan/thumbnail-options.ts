import type { SpritePlan, StillPlace, StillPlan, ThumbnailPlan } from '../../domain/media/thumbnail-plan.js';
import type { FfmpegInput } from '../ffmpeg/run.js';
import { TONE } from './video-filter.js';

/** One run that makes one picture. */
export interface StillRun {
  inputs: [FfmpegInput];
  options: string[];
}

/** JPEG knows no other colours than these; FFmpeg would keep those of the film (JFIF 1.02). */
const AS_JPEG = 'out_color_matrix=bt601:out_range=pc';
/** Whatever the colours came as; `thumbnail` of FFmpeg 5 makes RGB of them. */
const PIXELS = 'format=yuvj420p';
/** With the tables of the standard: with its own ones a picture of 16 pixels is smaller than any picture is taken for. */
const ONE_JPEG = [
  ...['-frames:v', '1', '-update', '1'],
  ...['-c:v', 'mjpeg', '-q:v', '3', '-huffman', 'default', '-f', 'image2'],
];

/** Takes a still from one place of a file; a moment by a seek before the input, which is ten times faster (media.md D11). */
export function stillRun(file: string, place: StillPlace, plan: ThumbnailPlan): StillRun {
  if (place.kind === 'cover') {
    const filter = `scale=w='min(${plan.width},iw)':h=-2:${AS_JPEG},setsar=1,${PIXELS}`;
    return oneJpeg({ path: file }, place.index, filter);
  }
  const { still } = plan;
  if (still === null) throw new Error('Expected a plan with a picture that plays');
  const isMoment = place.kind === 'moment';
  const input = isMoment ? { path: file, options: ['-ss', place.seconds.toFixed(3)] } : { path: file };
  return oneJpeg(input, still.index, stillFilter(still, isMoment ? still.among : 1));
}

function stillFilter({ size, toneMap, colorMatrix }: StillPlan, among: number): string {
  const scaled = `scale=w=${size.width}:h=${size.height}`;
  return [
    ...(toneMap
      ? [scaled, ...TONE, 'format=yuv420p', `scale=in_color_matrix=bt709:${AS_JPEG}`]
      : [`${scaled}:in_color_matrix=${colorMatrix}:${AS_JPEG}`]),
    ...['setsar=1', PIXELS],
    ...(among > 1 ? [`thumbnail=${among}`, PIXELS] : []),
  ].join(',');
}

/** Small pictures side by side, from left to right and down. */
export function spriteRun(file: string, still: StillPlan, sprite: SpritePlan): StillRun {
  const { columns, rows, tile, everySeconds, keyframesOnly } = sprite;
  const count = columns * rows;
  const filter = [
    `fps=fps=${(1 / everySeconds).toFixed(9)}`,
    stillFilter({ ...still, size: tile }, 1),
    // The last one again where the film ends early.
    `tpad=stop_mode=clone:stop=${count}`,
    `tile=${columns}x${rows}`,
  ].join(',');
  return oneJpeg(
    { path: file, ...(keyframesOnly ? { options: ['-skip_frame', 'nokey'] } : {}) },
    still.index,
    filter,
  );
}

function oneJpeg(input: FfmpegInput, index: number, filter: string): StillRun {
  return { inputs: [input], options: ['-map', `0:${index}`, '-filter:v', filter, ...ONE_JPEG] };
}
