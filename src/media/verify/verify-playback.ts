import { Fault } from '../../domain/faults.js';
import { differencesFrom, type ExpectedPlayback } from '../../domain/media/check-playback.js';
import type { MediaSource } from '../../domain/media/source.js';
import type { MediaTools } from '../tools.js';

export interface Verified extends ExpectedPlayback {
  /** Host path of the file that is not yet published. */
  file: string;
  /** Lines that FFmpeg called errors while it made the file. */
  errors: number;
  signal: AbortSignal;
}

/** FFmpeg goes on over a damaged packet; over so many it has lost something (media.md V9). */
const MOST_ERRORS = 20;
/** Shares of the length at which one picture has to decode (media.md V7). */
const LOOKS = [0.05, 0.5, 0.95];

/**
 * Nothing is published that has not passed here; FFmpeg's exit code is never believed (media.md §4, R8).
 * @throws Fault transient that names every difference, and as the tools.
 */
export async function verifyPlayback(
  { describe, run }: Pick<MediaTools, 'describe' | 'run'>,
  verified: Verified,
): Promise<MediaSource> {
  const { file, errors, signal } = verified;
  const made = await describe(file, signal);
  const wrong = [
    ...differencesFrom(verified, made),
    ...(errors > MOST_ERRORS ? [`FFmpeg told of ${errors} errors`] : []),
  ];
  if (wrong.length === 0) wrong.push(...(await lookInside(run, { file, made, signal })));
  if (wrong.length === 0) return made;
  throw new Fault('transient', `What was made is not as planned: ${wrong.join('; ')}`, {
    remedy: 'The original is untouched; the log of the job tells what FFmpeg said',
  });
}

/** At once: each is mostly the start of a process, on a core that is free again. What fails waits for the others' ends. */
async function lookInside(
  run: MediaTools['run'],
  { file, made, signal }: { file: string; made: MediaSource; signal: AbortSignal },
): Promise<string[]> {
  const times = LOOKS.map((share) => share * (made.duration.lastVideoPacket ?? 0));
  const looks = await Promise.allSettled(times.map((at) => decodes(run, { file, at, signal })));
  return times.flatMap((at, index) => {
    const look = looks[index];
    if (look?.status === 'rejected') throw look.reason;
    return look?.value === true ? [] : [`no picture decodes at ${at.toFixed(1)} s`];
  });
}

async function decodes(
  run: MediaTools['run'],
  { file, at, signal }: { file: string; at: number; signal: AbortSignal },
): Promise<boolean> {
  const { frames } = await run({
    inputs: [{ path: file, options: ['-ss', at.toFixed(3)] }],
    output: '/dev/null',
    options: ['-map', '0:v:0', '-frames:v', '1', '-f', 'null'],
    signal,
  });
  return frames > 0;
}
