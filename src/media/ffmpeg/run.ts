import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';

import { normalizeError } from '../../domain/faults.js';
import { ffmpegFault, ffmpegMissing } from './ffmpeg-fault.js';
import { readPosition } from './position.js';

/** A file, or a source of FFmpeg's own virtual device. */
export type FfmpegInput = { path: string; options?: readonly string[] } | { lavfi: string };

/** One FFmpeg run: what goes in, what comes out, and every option as an array. */
export interface FfmpegRun {
  inputs: FfmpegInput[];
  /** Absolute host path; an existing file is overwritten. */
  output: string;
  options: readonly string[];
  signal: AbortSignal;
  /** Position in the output, seconds; about twice a second. */
  onProgress?: (seconds: number) => void;
}

export type RunFfmpeg = (run: FfmpegRun) => Promise<void>;

const STDERR_LINES = 60;
const KILL_AFTER_MS = 5_000;

/**
 * The one place that knows fluent-ffmpeg (docs/decisions/fluent-ffmpeg.md). `program` is the lifeline
 * wrapper around FFmpeg (program.ts), so that no encode outlives its worker.
 * @throws the signal's reason after an abort, once FFmpeg is gone; Fault environment (no FFmpeg, disk_full,
 * mount_gone), bad_input for what is no media, else transient with FFmpeg's last words.
 */
export function createRunFfmpeg(program: string): RunFfmpeg {
  return async (run) => {
    run.signal.throwIfAborted();
    // fluent-ffmpeg throws outside of every callback when its program cannot be spawned.
    await access(program, constants.X_OK).catch((error: unknown) => {
      throw ffmpegMissing(error);
    });
    const command = buildCommand(program, run);
    if (run.inputs.some((input) => 'lavfi' in input)) await admitLavfi(command);
    await execute(command, run);
  };
}

/**
 * Options go in one by one: given one array, fluent-ffmpeg splits each option at a space, and so tears
 * apart `title=Two words`.
 */
function buildCommand(program: string, run: FfmpegRun): FfmpegCommand {
  const command = ffmpeg({ stdoutLines: STDERR_LINES }).setFfmpegPath(program);
  for (const input of run.inputs) {
    if ('lavfi' in input) command.input(input.lavfi).inputOptions('-f', 'lavfi');
    else {
      const own = input.options ?? [];
      command.input(`file:${input.path}`).inputOptions('-protocol_whitelist', 'file', ...own);
    }
  }
  return command.output(`file:${run.output}`).outputOptions('-hide_banner', '-stats', ...run.options);
}

/** Since FFmpeg 7 devices have a column of their own in its list of formats, which fluent-ffmpeg cannot read. */
function admitLavfi(command: FfmpegCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    command.getAvailableFormats((error: Error | null, formats) => {
      if (error !== null) {
        reject(ffmpegFault(error, ''));
        return;
      }
      formats['lavfi'] ??= { description: 'virtual device', canDemux: true, canMux: false };
      resolve();
    });
  });
}

/** Settles only after FFmpeg is gone: fluent-ffmpeg waits for its exit and the end of its stderr. */
function execute(command: FfmpegCommand, { signal, onProgress }: FfmpegRun): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopper = createStopper(command, signal);
    command.on('start', stopper.started);
    // Not its `progress` event: a listener there makes it start an ffprobe of its own, outside the lifeline.
    command.on('stderr', (line: string) => {
      const position = readPosition(line);
      if (position !== undefined) onProgress?.(position);
    });
    command.on('end', () => {
      stopper.release();
      resolve();
    });
    command.on('error', (error: Error, _stdout: string | null, stderr: string | null) => {
      stopper.release();
      reject(signal.aborted ? normalizeError(signal.reason) : ffmpegFault(error, stderr ?? ''));
    });
    command.run();
  });
}

/** TERM, then KILL; the program that fluent-ffmpeg started has become FFmpeg (program.ts). */
function createStopper(
  command: FfmpegCommand,
  signal: AbortSignal,
): { started: () => void; release: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    command.kill('SIGTERM');
    timer ??= setTimeout(() => command.kill('SIGKILL'), KILL_AFTER_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  return {
    // An abort before the start finds nothing to kill, and fluent-ffmpeg forgets it.
    started: () => {
      if (signal.aborted) stop();
    },
    release: () => {
      signal.removeEventListener('abort', stop);
      clearTimeout(timer);
    },
  };
}
