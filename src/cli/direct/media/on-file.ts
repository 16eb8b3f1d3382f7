import { randomBytes, randomUUID } from 'node:crypto';

import { describeFailure } from '../../../activities/jobs/failures.js';
import type { StepContext } from '../../../activities/jobs/step.js';
import { makeJobId } from '../../../domain/jobs/job-id.js';
import { DEFAULT_PRIORITY } from '../../../domain/jobs/priority.js';
import { diskFault } from '../../../integrations/files/disk-faults.js';
import { NO_NEEDS } from '../../../domain/jobs/leases.js';
import type { MediaTools } from '../../../media/tools.js';
import { EXIT } from '../../exit-status.js';
import { mediaToolsOf } from '../../media-tools.js';
import { createOutput, type Output } from '../../output.js';
import { errorDocument, errorLines } from '../../problem.js';
import type { ProgramDeps } from '../../program-deps.js';
import { logLine } from '../../render/job.js';
import { createDirectView, type DirectView } from '../direct-view.js';
import { listenForCancel } from '../interruption.js';
import { JobReport } from '../job-report.js';

/** What is done to plain files, in the words of the job type that does it to videos of the library. */
export interface FileWork {
  type: string;
  title: string;
  params: object;
  /** Each step's share of the progress. */
  weights: Record<string, number>;
  /** It prints what it finds meanwhile: no progress is shown beside that. */
  isList?: true;
  /** What the next run of the command goes on from; asked once it was interrupted, or has failed. */
  left?: () => string | undefined;
}

export interface OnFile {
  media: MediaTools;
  output: Output;
  signal: AbortSignal;
  /** Runs a step of the job type on the file, with the face that steps know. */
  during: <Result>(name: string, work: (step: StepContext) => Promise<Result>) => Promise<Result>;
}

/**
 * Runs work on plain files in this process, with its progress on the error stream or in the bars of a terminal, until it
 * is done or interrupted. What goes wrong is told, and becomes the exit status.
 * @returns undefined where it did not come to its end.
 */
export async function onFile<Result>(
  deps: ProgramDeps,
  options: { json?: true },
  work: FileWork,
  run: (on: OnFile) => Promise<Result>,
): Promise<Result | undefined> {
  const output = createOutput({ ...deps, json: options.json === true });
  const view = work.isList === true ? listView(output) : viewOf(deps, output);
  const cancel = listenForCancel();
  const { signal } = cancel;
  let failure: Error | undefined;
  try {
    const report = reportOf(work, view);
    const media = mediaToolsOf(deps.env);
    const settled = await settle(run({ media, output, signal, during: steps(report, signal) }), signal);
    report.ends(settled.end);
    if ('result' in settled) return settled.result;
    failure = settled.failure;
  } finally {
    view.stop();
    cancel.release();
  }
  tellFailure(deps, output, { failure, work });
  return undefined;
}

/** The standard output is for what was asked for. */
function viewOf({ stdout, env }: ProgramDeps, output: Output): DirectView {
  const beside = {
    ...output,
    lines: (all: string[]) => {
      for (const line of all) output.note(line);
    },
  };
  return createDirectView({ output: beside, stdout, logLevel: env.logLevel });
}

function listView(output: Output): DirectView {
  const nothing = (): void => undefined;
  return {
    change: nothing,
    stop: nothing,
    log: (line) => {
      output.note(output.json ? JSON.stringify(line) : logLine(line));
    },
  };
}

function reportOf({ type, title, params, weights }: FileWork, view: DirectView): JobReport {
  const id = makeJobId(type, randomBytes(8));
  return new JobReport({ id, type, title, params, priority: DEFAULT_PRIORITY, weights }, view);
}

function steps(report: JobReport, signal: AbortSignal): OnFile['during'] {
  return async (name, work) => {
    signal.throwIfAborted();
    report.begins(name, { step: name, tries: 0 });
    const result = await work(stepOf(report, name, signal));
    report.stops(name);
    report.finished(name);
    return result;
  };
}

/** Nobody else can take over what is done in this process; what it keeps is kept by the step itself. */
function stepOf(report: JobReport, name: string, signal: AbortSignal): StepContext {
  return {
    ...{ jobId: report.id, attemptId: randomUUID(), attempt: 1, signal, checkpoint: null },
    ...{ needs: NO_NEEDS, useOnly: () => undefined },
    saveCheckpoint: () => Promise.resolve(),
    progress: (update) => {
      report.progress(name, update);
    },
    fence: async () => {
      await Promise.resolve();
      signal.throwIfAborted();
    },
    log: (level, message, metadata) => {
      report.log(level, name, message, metadata);
    },
  };
}

type Settled<Result> =
  | { end: { status: 'completed' }; result: Result }
  | { end: Parameters<JobReport['ends']>[0]; failure: Error | undefined };

async function settle<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Settled<Result>> {
  try {
    return { end: { status: 'completed' }, result: await work };
  } catch (error) {
    if (signal.aborted) return { end: { status: 'cancelled' }, failure: undefined };
    const failure = diskFault(error);
    return { end: { status: 'failed', error: describeFailure(failure) }, failure };
  }
}

/** Whatever a step says of the content: the command itself was used rightly, and has failed. */
function tellFailure(
  { setExitStatus }: ProgramDeps,
  output: Output,
  { failure, work }: { failure: Error | undefined; work: FileWork },
): void {
  setExitStatus(failure === undefined ? EXIT.interrupted : EXIT.failed);
  const left = work.left?.();
  if (failure === undefined && left === undefined) output.note('Interrupted: nothing was written.');
  else if (failure !== undefined) tellError(output, failure);
  if (left !== undefined) output.note(`The same command goes on from ${left}.`);
}

function tellError(output: Output, failure: Error): void {
  const lines = output.json ? [JSON.stringify(errorDocument(failure))] : errorLines(failure);
  for (const line of lines) output.note(line);
}
