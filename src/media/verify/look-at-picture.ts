import { stat } from 'node:fs/promises';

import { Fault } from '../../domain/faults.js';
import { judgePicture, type PictureFigures, type PictureVerdict } from '../../domain/media/judge-picture.js';
import type { Size } from '../../domain/media/picture.js';
import type { MediaTools } from '../tools.js';

/** What lies there is no picture, however FFmpeg has ended (media.md V1). */
const LEAST_BYTES = 512;

export interface LookedAt {
  /** Host path. */
  file: string;
  signal: AbortSignal;
}

/** Bytes of a picture; undefined where none was written: FFmpeg 5 ends well all the same (media.md §2). */
export async function pictureBytes(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && found.size >= LEAST_BYTES ? found.size : undefined;
}

const FIGURES = {
  luma: 'signalstats.YAVG',
  low: 'signalstats.YLOW',
  high: 'signalstats.YHIGH',
  entropy: 'entropy.normalized_entropy.normal.Y',
  blur: 'blur',
} as const;

/**
 * Decodes a picture as it was written, and says whether anything can be seen on it.
 * @throws as RunFfmpeg; Fault transient where FFmpeg tells no figures.
 */
export async function judgeFile(
  { run }: Pick<MediaTools, 'run'>,
  { file, signal }: LookedAt,
): Promise<PictureVerdict> {
  const { said } = await run({
    inputs: [{ path: file }],
    output: '/dev/null',
    options: [
      // Figures are no warnings.
      ...['-v', 'level+info', '-map', '0:v:0', '-frames:v', '1'],
      ...['-filter:v', 'signalstats,entropy,blurdetect,metadata=print', '-f', 'null'],
    ],
    signal,
  });
  return judgePicture(readFigures(said));
}

/** @throws Fault transient where the luma is not told: nothing was decoded. */
export function readFigures(said: string): PictureFigures {
  const figure = (name: string): number | null => {
    const at = said.indexOf(`lavfi.${name}=`);
    const value = at === -1 ? NaN : Number.parseFloat(said.slice(said.indexOf('=', at) + 1));
    // `-nan`: there is nothing to measure (media.md §7 no. 40).
    return Number.isFinite(value) ? value : null;
  };
  const [luma, low, high] = [figure(FIGURES.luma), figure(FIGURES.low), figure(FIGURES.high)];
  if (luma === null || low === null || high === null)
    throw new Fault('transient', 'Expected figures of a picture, FFmpeg told none');
  return { luma, low, high, entropy: figure(FIGURES.entropy), blur: figure(FIGURES.blur) };
}

/**
 * Nothing is published that has not passed here (media.md §4): bytes, and the size as planned; a cover's is only bounded.
 * @throws Fault transient that tells the difference, and as DescribeSource.
 */
export async function verifyPicture(
  { describe }: Pick<MediaTools, 'describe'>,
  { file, signal, size }: LookedAt & { size: Size | { atMost: number } },
): Promise<Size & { bytes: number }> {
  const bytes = await pictureBytes(file);
  if (bytes === undefined) throw new Fault('transient', 'Expected a picture, FFmpeg wrote none');
  const { video } = await describe(file, signal);
  const made = { width: video?.width ?? 0, height: video?.height ?? 0 };
  const isRight =
    'atMost' in size
      ? made.width > 0 && made.width <= size.atMost
      : made.width === size.width && made.height === size.height;
  if (isRight) return { ...made, bytes };
  const wanted = 'atMost' in size ? `at most ${size.atMost} wide` : `${size.width}x${size.height}`;
  throw new Fault('transient', `Expected a picture ${wanted}, it is ${made.width}x${made.height}`);
}
