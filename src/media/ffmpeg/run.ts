import ffmpeg from 'fluent-ffmpeg';

import { Fault, normalizeError } from '../../domain/faults.js';

/** One FFmpeg run: what goes in, what comes out, and every option as an array. */
export interface FfmpegRun {
  inputs: { path: string; options?: readonly string[] }[];
  output: string;
  options: readonly string[];
  signal: AbortSignal;
  /** Position in the output, seconds. */
  onProgress?: (seconds: number) => void;
}

export type RunFfmpeg = (run: FfmpegRun) => Promise<void>;

const STDERR_LINES = 60;
const KILL_AFTER_MS = 5_000;

/**
 * The one place that knows fluent-ffmpeg. `program` is the lifeline wrapper around FFmpeg (see
 * program.ts), so that no encode outlives its worker.
 * @throws the signal's reason after an abort, once FFmpeg is gone; Fault transient with FFmpeg's last words.
 */
export function createRunFfmpeg(program: string): RunFfmpeg {
  return (run) =>
    new Promise((resolve, reject) => {
      if (run.signal.aborted) {
        reject(normalizeError(run.signal.reason));
        return;
      }
      const command = ffmpeg({ stdoutLines: STDERR_LINES }).setFfmpegPath(program);
      for (const input of run.inputs) {
        command.input(`file:${input.path}`).inputOptions([...(input.options ?? [])]);
      }
      command.outputOptions([...run.options]).output(run.output);
      const timers: NodeJS.Timeout[] = [];
      const abort = (): void => {
        command.kill('SIGTERM');
        timers.push(setTimeout(() => command.kill('SIGKILL'), KILL_AFTER_MS));
      };
      const settle = (act: () => void): void => {
        run.signal.removeEventListener('abort', abort);
        timers.forEach(clearTimeout);
        act();
      };
      run.signal.addEventListener('abort', abort, { once: true });
      command.on('progress', ({ timemark }: { timemark?: string }) => {
        run.onProgress?.(parseTimemark(timemark ?? ''));
      });
      command.on('end', () => {
        settle(resolve);
      });
      command.on('error', (error: Error, _stdout: string | null, stderr: string | null) => {
        settle(() => {
          if (run.signal.aborted) reject(normalizeError(run.signal.reason));
          else reject(ffmpegFault(error, stderr ?? ''));
        });
      });
      command.run();
    });
}

/** `00:01:02.50` in seconds; FFmpeg says N/A before the first frame. */
export function parseTimemark(timemark: string): number {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(timemark) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return 0;
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

function ffmpegFault(error: Error, stderr: string): Fault {
  if (/cannot find ffmpeg|code 127/i.test(error.message)) {
    return new Fault('environment', 'FFmpeg is not installed', {
      waitingReason: 'human_task',
      remedy: 'Install the package ffmpeg, or set FFMPEG_PATH',
      cause: error,
    });
  }
  if (/No space left on device/i.test(stderr)) {
    return new Fault('environment', 'The disk is full', { waitingReason: 'disk_full', cause: error });
  }
  return new Fault(
    'transient',
    `FFmpeg failed: ${error.message.slice(0, 200)} ${stderr.slice(-500)}`.trim(),
    { cause: error },
  );
}
