import path from 'node:path';

import type { DECODED } from '../../domain/media/capabilities.js';
import type { RunFfmpeg } from '../ffmpeg/run.js';

export const SAMPLE = { width: 640, height: 360, rate: 30, frames: 15 };

const PICTURE = `testsrc2=s=${SAMPLE.width}x${SAMPLE.height}:r=${SAMPLE.rate}:d=${SAMPLE.frames / SAMPLE.rate}`;
const FAST = ['-preset', 'ultrafast'];

export interface Sampling {
  run: RunFfmpeg;
  /** Host folder for them. */
  folder: string;
  signal: AbortSignal;
}

/** By an encoder that every FFmpeg has: what stands at the beginning of each trial of an encoder. */
export function makeBase(sampling: Sampling): Promise<string> {
  return makeSample(sampling, 'base.mkv', ['-c:v', 'mpeg4', '-q:v', '2', '-pix_fmt', 'yuv420p']);
}

/** @throws as RunFfmpeg where this FFmpeg cannot make it. */
export function makeDecoded(
  sampling: Sampling,
  { codec, bitDepth }: (typeof DECODED)[number],
): Promise<string> {
  const format = ['-pix_fmt', bitDepth === 10 ? 'yuv420p10le' : 'yuv420p'];
  return makeSample(sampling, `${codec}-${bitDepth}.mkv`, [...ENCODERS[codec], ...format]);
}

const ENCODERS: Record<(typeof DECODED)[number]['codec'], string[]> = {
  h264: ['-c:v', 'libx264', ...FAST],
  hevc: ['-c:v', 'libx265', ...FAST, '-x265-params', 'log-level=error'],
  vp9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
  av1: ['-c:v', 'libsvtav1', '-preset', '12'],
  mpeg2video: ['-c:v', 'mpeg2video', '-q:v', '2'],
};

/** Without an input file: the picture is a source within the graph (media.md §5.1). */
async function makeSample(
  { run, folder, signal }: Sampling,
  name: string,
  encoder: string[],
): Promise<string> {
  const output = path.join(folder, name);
  const graph = `${PICTURE},setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v]`;
  await run({ inputs: [], output, options: ['-filter_complex', graph, '-map', '[v]', ...encoder], signal });
  return output;
}
