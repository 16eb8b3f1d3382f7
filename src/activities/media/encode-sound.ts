import { rename, stat } from 'node:fs/promises';
import path from 'node:path';

import { Fault, normalizeError } from '../../domain/faults.js';
import { soundBytes } from '../../domain/media/playback-size.js';
import type { PlaybackWork } from '../../domain/media/playback-work.js';
import { syncFile } from '../../integrations/files/sync.js';
import { statIfThere } from '../../integrations/files/target.js';
import { soundRun } from '../../media/segments/join.js';
import type { ActivityDeps } from '../deps.js';
import { holdSpace } from '../jobs/reserved-space.js';
import type { StepContext } from '../jobs/step.js';
import { makeAttemptFolder, removeAttemptFolder } from './attempt-folder.js';
import { makeScratch, scratchOf } from './playback-scratch.js';
import { requireSource } from './source-file.js';

/** All sound of a film in the job's scratch folder; that of another content or wish has another name. */
export function soundFile(scratch: string, { identity, profile }: PlaybackWork): string {
  return path.join(scratch, `sound-${identity.headTailHash.slice(0, 16)}-${profile.slice(0, 16)}.mp4`);
}

/** All sound in one go, where it is not there yet; made again where an attempt was cut. */
export async function encodeSoundAlone(
  deps: ActivityDeps,
  work: PlaybackWork,
  step: StepContext,
): Promise<void> {
  const scratch = await makeScratch(deps, step.jobId);
  if (await isDone(scratch, work)) return;
  const bytes = soundBytes(work.plan, work.identity.sizeBytes);
  const room = await holdSpace(deps, step, [{ place: scratchOf(step.jobId), bytes }]);
  try {
    const workFolder = await makeAttemptFolder(deps, 'scratch', step);
    const { seconds: total } = work.plan;
    await makeSound(deps, work, {
      ...{ scratch, workFolder, signal: step.signal },
      onSeconds: (done) => {
        step.progress({ done, total, unit: 'seconds' });
      },
    });
  } finally {
    await removeAttemptFolder(deps, 'scratch', step);
    await room.release();
  }
}

interface Sounding {
  /** Host folders: where it goes, and one of the attempt alone. */
  scratch: string;
  workFolder: string;
}

export interface SoundBeside {
  /** Never rejects: what goes wrong with it is found out again by the step that is there for it. */
  done: Promise<void>;
  stop: () => Promise<void>;
}

/**
 * Makes the sound while the picture is encoded: alone it keeps one core busy and leaves the others idle, some hundredths of
 * a whole encode. Its room is part of the picture's.
 */
export function soundBeside(
  deps: ActivityDeps,
  { work, step, ...sounding }: { work: PlaybackWork; step: StepContext } & Sounding,
): SoundBeside {
  const over = new AbortController();
  const signal = AbortSignal.any([step.signal, over.signal]);
  const make = async (): Promise<void> => {
    if (await isDone(sounding.scratch, work)) return;
    await makeSound(deps, work, { ...sounding, signal, onSeconds: () => undefined });
  };
  const done = make().catch((error: unknown) => {
    if (signal.aborted) return;
    step.log('warn', `the sound was not made beside the picture: ${normalizeError(error).message}`);
  });
  return {
    done,
    stop: () => {
      over.abort();
      return done;
    },
  };
}

async function isDone(scratch: string, work: PlaybackWork): Promise<boolean> {
  if (work.plan.audio.length === 0) return true;
  const found = await statIfThere(soundFile(scratch, work));
  return found !== undefined && found.size > 0;
}

async function makeSound(
  deps: ActivityDeps,
  work: PlaybackWork,
  making: Sounding & { signal: AbortSignal; onSeconds: (seconds: number) => void },
): Promise<void> {
  const { scratch, workFolder, signal, onSeconds } = making;
  const source = await requireSource(deps, work);
  const output = path.join(workFolder, 'sound.mp4');
  await deps.media.run({
    ...soundRun(work.plan, { source, output }),
    signal,
    onProgress: ({ seconds }) => {
      onSeconds(seconds);
    },
  });
  if ((await stat(output)).size === 0) throw new Fault('transient', 'FFmpeg made an empty file of the sound');
  await syncFile(output);
  await rename(output, soundFile(scratch, work));
}
