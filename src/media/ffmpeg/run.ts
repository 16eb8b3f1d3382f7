import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';

import { guardedInput, type OwnFormat } from '../formats.js';
import { diskFullFault, ffmpegFault, ffmpegMissing, silentFault } from './ffmpeg-fault.js';
import { ProgressReader, type FfmpegPosition } from './progress.js';
import { FfmpegWords } from './said.js';
import { createStopper } from './stopper.js';
import { DEFAULT_BUDGETS, watchSilence, type SilenceBudgets } from './watchdog.js';

/** A file of media, or a text of ours, or a source of FFmpeg's own virtual device. */
export type FfmpegInput =
  { path: string; formats?: readonly OwnFormat[]; options?: readonly string[] } | { lavfi: string };

/** One FFmpeg run: what goes in, what comes out, and every option as an array. */
export interface FfmpegRun {
  inputs: readonly FfmpegInput[];
  /** Absolute host path; an existing file is overwritten. */
  output: string;
  options: readonly string[];
  signal: AbortSignal;
  /** About twice a second. */
  onProgress?: (at: FfmpegPosition) => void;
  /** Each line that FFmpeg calls an error, and how far it was by then. */
  onError?: (line: string, at: FfmpegPosition) => void;
  /** Length that the output will have, seconds: near it FFmpeg gets the time that its container's end takes. */
  expectedSeconds?: number;
}

/** What a run that succeeded says of itself; its file is not yet believed (media.md R8). */
export interface FfmpegDone extends FfmpegPosition {
  /** Lines that FFmpeg calls errors, though it went on. */
  errors: number;
  /** Its last words, for logs. */
  said: string;
}

export type RunFfmpeg = (run: FfmpegRun) => Promise<FfmpegDone>;

/** media.md R2; `level+` marks each line with its level, by which errors are told from warnings. */
const ALWAYS = [
  ...['-nostdin', '-hide_banner', '-v', 'level+warning', '-nostats'],
  ...['-progress', 'pipe:2', '-stats_period', '0.5', '-y'],
];
/** Of its own ring, which progress lines fill: FFmpeg's words are kept in ours. */
const STDERR_LINES = 10;

/**
 * The one place that knows fluent-ffmpeg (docs/decisions/fluent-ffmpeg.md). `program` is the lifeline
 * wrapper around FFmpeg (program.ts), so that no encode outlives its worker.
 * @throws the signal's reason after an abort, once FFmpeg is gone; FfmpegFault environment (no FFmpeg, disk_full,
 * mount_gone, encoder_sessions), bad_input for what is no media, else transient with FFmpeg's last words.
 */
export function createRunFfmpeg(program: string, budgets: SilenceBudgets = DEFAULT_BUDGETS): RunFfmpeg {
  return async (run) => {
    run.signal.throwIfAborted();
    // fluent-ffmpeg throws outside of every callback when its program cannot be spawned.
    await access(program, constants.X_OK).catch((error: unknown) => {
      throw ffmpegMissing(error);
    });
    const command = buildCommand(program, run);
    if (run.inputs.some((input) => 'lavfi' in input)) await admitLavfi(command);
    return execute(command, run, budgets);
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
      const { formats, options = [] } = input;
      command.input(`file:${input.path}`).inputOptions(...guardedInput(formats), ...options);
    }
  }
  return command.output(`file:${run.output}`).outputOptions(...ALWAYS, ...run.options);
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
function execute(command: FfmpegCommand, run: FfmpegRun, budgets: SilenceBudgets): Promise<FfmpegDone> {
  const { signal, onProgress, onError, output, expectedSeconds } = run;
  return new Promise((resolve, reject) => {
    const words = new FfmpegWords();
    const progress = new ProgressReader((at) => onProgress?.(at));
    const stopper = createStopper(command, signal);
    const unwatch = watchSilence({
      ...{ budgets, output, position: () => progress.position },
      ...(expectedSeconds === undefined ? {} : { expectedSeconds }),
      onSilence: (silence) => {
        stopper.stop(silentFault(silence));
      },
    });
    command.on('start', stopper.started);
    // Not its `progress` event: a listener there makes it start an ffprobe of its own, outside the lifeline.
    command.on('stderr', (line: string) => {
      if (!progress.read(line) && words.add(line)) onError?.(line, progress.position);
    });
    const release = (): void => {
      unwatch();
      stopper.release();
    };
    command.on('end', () => {
      release();
      // Intent decides, not the exit code (media.md §7 no. 31).
      const broken = stopper.reason ?? diskFullFault(words.text);
      if (broken === undefined) resolve({ ...progress.position, errors: words.errors, said: words.text });
      else reject(broken);
    });
    command.on('error', (error: Error) => {
      release();
      reject(stopper.reason ?? ffmpegFault(error, words.text));
    });
    command.run();
  });
}
