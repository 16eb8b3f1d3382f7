import type { FfmpegRun } from '../ffmpeg/run.js';
import type { Encoding } from './encoding.js';

const ENCODERS = {
  fdk: (): string[] => ['-c:a', 'libfdk_aac', '-vbr', '4'],
  own: (bitRate: number): string[] => ['-c:a', 'aac', '-b:a', String(bitRate)],
} as const;
export type AacEncoder = keyof typeof ENCODERS;

export interface MergeFiles {
  /** A text of ours: `concatList`. */
  list: string;
  /** A text of ours: `ffmetadata`. */
  metadata: string;
  cover: string | undefined;
  output: string;
}

/** Sources one after the other into one M4B; every stream is mapped by hand. */
export function mergeRun(
  { list, metadata, cover, output }: MergeFiles,
  encoding: Encoding,
  encoder: AacEncoder,
): Pick<FfmpegRun, 'inputs' | 'output' | 'options'> {
  const picture = ['-map', '2:v:0', '-c:v', 'copy', '-disposition:v:0', 'attached_pic'];
  return {
    inputs: [
      { path: list, formats: ['concat'], options: ['-fflags', '+genpts', '-f', 'concat', '-safe', '0'] },
      { path: metadata, formats: ['ffmetadata'], options: ['-f', 'ffmetadata'] },
      ...(cover === undefined ? [] : [{ path: cover }]),
    ],
    output,
    options: [
      ...['-map', '0:a:0', ...(cover === undefined ? [] : picture)],
      ...['-map_metadata', '1', '-map_chapters', '1'],
      ...soundOptions(encoding, encoder),
      ...['-avoid_negative_ts', 'make_zero', '-max_muxing_queue_size', '9999'],
      ...['-movflags', '+faststart', '-f', 'ipod'],
    ],
  };
}

function soundOptions(encoding: Encoding, encoder: AacEncoder): string[] {
  if (encoding.kind === 'copy') return ['-c:a', 'copy'];
  const { bitRate, sampleRate, channels } = encoding;
  // What a header promised and the file does not hold would move all later chapters: the gap becomes silence.
  const kept = ['-af', 'aresample=async=1', '-ar', String(sampleRate), '-ac', String(channels)];
  return [...ENCODERS[encoder](bitRate), ...kept];
}
