import { stat } from 'node:fs/promises';
import path from 'node:path';

import type { StepContext } from '../../../activities/jobs/step.js';
import { hashInput } from '../../../activities/jobs/step-key.js';
import { formatBytes } from '../../../domain/jobs/amounts.js';
import { Fault } from '../../../domain/faults.js';
import { planPlayback, type PlaybackPlan } from '../../../domain/media/playback-plan.js';
import type { PlaybackWish } from '../../../domain/media/playback-wish.js';
import type { MediaSource } from '../../../domain/media/source.js';
import { hashHeadAndTail } from '../../../integrations/files/head-tail.js';
import { readVolume } from '../../../integrations/files/volume.js';
import type { FfmpegRun } from '../../../media/ffmpeg/run.js';
import { wholeOptions } from '../../../media/plan/playback-options.js';
import { asPicturesShow } from '../../../media/source/as-pictures-show.js';
import type { NamedFile } from './files.js';
import type { OnFile } from './on-file.js';

export interface FileEncode {
  source: NamedFile;
  /** Host path. */
  target: string;
  replace: boolean;
  wish: PlaybackWish;
}

/** What is known before anything is made. */
export interface PlannedEncode extends FileEncode {
  described: MediaSource;
  plan: PlaybackPlan;
  /** Of the content and of all that shapes the file. */
  key: string;
}

export async function planEncode(
  { media, signal }: OnFile,
  wanted: FileEncode,
  { log }: Pick<StepContext, 'log'>,
): Promise<PlannedEncode> {
  const { source, wish } = wanted;
  const { hostPath } = source;
  const said = await media.describe(hostPath, signal);
  const described = await asPicturesShow(media, { hostPath, said, signal, log });
  const plan = planPlayback(described, wish, source.name);
  await requireSame(source);
  const identity = await hashHeadAndTail(source.hostPath);
  return { ...wanted, described, plan, key: hashInput([identity, plan, wholeOptions(plan)]) };
}

type Progress = (update: { done: number; total: number | null; unit: 'seconds' }) => void;

export function progressOf(
  { seconds }: PlaybackPlan,
  progress: Progress,
): Pick<FfmpegRun, 'expectedSeconds' | 'onProgress'> {
  return {
    ...(seconds === null ? {} : { expectedSeconds: seconds }),
    onProgress: (at) => {
      progress({ done: Math.min(at.seconds, seconds ?? Infinity), total: seconds, unit: 'seconds' });
    },
  };
}

/** @throws Fault bad_input where somebody writes to it, or has taken it away. */
export async function requireSame({ hostPath, found }: NamedFile): Promise<void> {
  const now = await stat(hostPath, { bigint: true });
  if (Number(now.size) === found.sizeBytes && Number(now.mtimeNs) / 1e6 === found.modifiedMs) return;
  throw new Fault('bad_input', `The source ${hostPath} was changed meanwhile`, {
    remedy: 'Wait until nobody writes to it any more, and start again',
  });
}

/** Met only at the end of a file, a full disk costs the whole encode (media.md R18). @throws Fault environment. */
export async function requireRoom(target: string, bytes: number): Promise<void> {
  const { freeBytes } = await readVolume(path.dirname(target));
  if (bytes <= freeBytes) return;
  throw new Fault(
    'environment',
    `Expected ${formatBytes(bytes)} of room on the disk of ${target}, ${formatBytes(freeBytes)} are free`,
    { waitingReason: 'disk_full', remedy: 'Make room there; the same command goes on with what is finished' },
  );
}
