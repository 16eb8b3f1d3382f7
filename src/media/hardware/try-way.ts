import { rm } from 'node:fs/promises';
import path from 'node:path';

import { Fault, normalizeError } from '../../domain/faults.js';
import type { Capability, DecodePath } from '../../domain/media/capabilities.js';
import { differentPicture } from '../../domain/media/check-playback.js';
import type { EncodeWay, HardwareWay } from '../../domain/media/encode-way.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import { FfmpegFault } from '../ffmpeg/ffmpeg-fault.js';
import type { FfmpegRun } from '../ffmpeg/run.js';
import { within } from '../ffmpeg/within.js';
import { pictureOptions } from '../plan/picture-options.js';
import type { MediaTools } from '../tools.js';
import { SAMPLE } from './samples.js';

/** media.md §2: what takes longer hangs. */
const LIMIT_MS = 10_000;

/** As a film of this size is encoded. */
const PLAN: EncodePlan = {
  size: { width: 320, height: 180 },
  isSameSize: false,
  rate: { num: SAMPLE.rate, den: 1 },
  beginsAt: 0,
  deinterlace: false,
  toneMap: false,
  colorMatrix: 'bt709',
  fullRange: false,
  crf: 23,
  preset: 'veryfast',
  maxRate: 1_000,
  keyframeEvery: 2 * SAMPLE.rate,
};

export interface Trial {
  tools: Pick<MediaTools, 'run' | 'describe'>;
  /** Host folder of this probe alone. */
  folder: string;
  /** Host path. */
  sample: string;
  signal: AbortSignal;
}

/** A real encode of half a second; its file is looked into and decoded, whatever FFmpeg says (media.md §7 no. 25, 26). */
export function tryEncode(trial: Trial, way: EncodeWay): Promise<Capability> {
  const { input, filter, encoder } = pictureOptions(PLAN, way);
  return judge(trial, async (signal) => {
    const output = path.join(trial.folder, 'made.mp4');
    await rm(output, { force: true });
    await trial.tools.run({
      inputs: [{ path: trial.sample, options: input }],
      ...{ output, signal },
      options: ['-map', '0:v:0', '-filter:v', filter(), ...encoder, '-f', 'mp4'],
    });
    const { video } = await trial.tools.describe(output, signal);
    const wrong =
      video === null
        ? ['expected a picture']
        : differentPicture({ video: { index: 0, kind: 'encode', ...PLAN } }, video);
    if (wrong.length > 0) throw new Fault('transient', wrong.join('; '));
    await requirePictures(trial, { inputs: [{ path: output }], output: '/dev/null', signal });
  });
}

/** Decoded on the card and brought into memory, or left there for its encoder. */
export function tryDecode(
  trial: Trial,
  way: HardwareWay,
  { bitDepth, frames }: DecodePath,
): Promise<Capability> {
  if (frames === 'card') return tryEncode(trial, { ...way, decode: 'hardware', frames });
  // FFmpeg decodes in software where the card does not: only what must come from there proves it.
  const { input } = pictureOptions(PLAN, { ...way, decode: 'hardware', frames: 'card' });
  const filter = `hwdownload,format=${bitDepth === 10 ? 'p010le' : 'nv12'}`;
  return judge(trial, (signal) =>
    requirePictures(trial, {
      inputs: [{ path: trial.sample, options: input }],
      ...{ output: '/dev/null', signal, filter },
    }),
  );
}

export function tryFilter(trial: Trial, filter: string): Promise<Capability> {
  return judge(trial, (signal) =>
    requirePictures(trial, { inputs: [{ path: trial.sample }], output: '/dev/null', signal, filter }),
  );
}

async function requirePictures(
  { tools }: Trial,
  { filter, ...run }: Pick<FfmpegRun, 'inputs' | 'output' | 'signal'> & { filter?: string },
): Promise<void> {
  const filters = filter === undefined ? [] : ['-filter:v', filter];
  const { frames } = await tools.run({ ...run, options: ['-map', '0:v:0', ...filters, '-f', 'null'] });
  if (frames !== SAMPLE.frames)
    throw new Fault('transient', `Expected ${SAMPLE.frames} pictures, ${frames} came out`);
}

async function judge(
  { folder, signal }: Trial,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<Capability> {
  try {
    await within(LIMIT_MS, signal, work);
    return { usable: true, reason: null };
  } catch (error) {
    signal.throwIfAborted();
    return { usable: isBusy(error), reason: sayReason(error, folder) };
  }
}

/** Others use the card at this moment, so that it is there. */
function isBusy(error: unknown): boolean {
  return error instanceof FfmpegFault && (error.trouble === 'sessions_full' || error.trouble === 'vram_full');
}

/** FFmpeg's words without its addresses in memory and our folder. */
function sayReason(error: unknown, folder: string): string {
  return normalizeError(error)
    .message.replaceAll(`${folder}/`, '')
    .replaceAll(/\[([^\]@]+?) @ 0x[0-9a-f]+\]/g, '[$1]')
    .slice(0, 300);
}
