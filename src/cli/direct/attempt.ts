import { randomUUID } from 'node:crypto';

import { NO_NEEDS } from '../../domain/jobs/leases.js';
import { describeFailure } from '../../activities/jobs/failures.js';
import { graceAfter } from '../../activities/jobs/patience.js';
import type { AnyStep, StepContext } from '../../activities/jobs/step.js';
import { Fault, normalizeError } from '../../domain/faults.js';
import { formatDuration } from '../../domain/jobs/amounts.js';
import type { StepArgs, StepFailure } from '../../domain/jobs/job-input.js';
import type { Checkpoints } from './checkpoints.js';
import type { JobReport } from './job-report.js';

/** As a worker has it: what does not stop by then is left to itself. */
const STUBBORN_MS = 20_000;
/** Node's timers end at once when they are set for longer. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export type AttemptEnd =
  { state: 'done'; output: unknown } | { state: 'stopped' } | { state: 'failed'; failure: StepFailure };

export interface AttemptOptions {
  run: AnyStep;
  args: StepArgs;
  /** 1 for the step's first attempt in this process. */
  number: number;
  /** It may take this long, milliseconds. */
  limitMs: number;
  /** Aborted by Ctrl-C, or because the story has ended. */
  signal: AbortSignal;
  /** How long it may go on after it was told to stop, milliseconds. */
  stubbornMs?: number;
  checkpoints: Checkpoints;
  report: JobReport;
}

/** One execution of a step in this process, as a worker does it: deadline, checkpoint, progress, log. Never throws. */
export async function runAttempt(options: AttemptOptions): Promise<AttemptEnd> {
  const { args, limitMs, signal, checkpoints, report } = options;
  const [deadline, over] = [new AbortController(), new AbortController()];
  const expire = (): void => {
    deadline.abort(new Error('The deadline is over'));
  };
  const timer = setTimeout(expire, Math.min(limitMs, MAX_TIMER_MS));
  const told = AbortSignal.any([signal, deadline.signal]);
  const context = createContext(options, { told, over: over.signal });
  try {
    const work = (): Promise<unknown> => options.run(asJson(args.input), context);
    const output = asJson(await obeying(work, { context, over: over.signal, graceMs: options.stubbornMs }));
    await checkpoints.keep(args, { ...checkpoints.find(args), done: { output } });
    return { state: 'done', output };
  } catch (error) {
    if (signal.aborted) return { state: 'stopped' };
    const failure = deadline.signal.aborted ? tooLong(limitMs) : describeFailure(error);
    report.log('error', args.step, failure.message, { kind: failure.kind });
    return { state: 'failed', failure };
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/** `told`: aborts when the step shall stop; `over`: when nobody waits for it any more. */
function createContext(
  options: AttemptOptions,
  { told, over }: { told: AbortSignal; over: AbortSignal },
): StepContext {
  const { args, number, checkpoints, report } = options;
  // Within this process only an attempt that was left to itself can be in another's way.
  const fence = async (): Promise<void> => {
    await Promise.resolve();
    if (over.aborted) throw new Fault('superseded', 'Another attempt owns this step now');
  };
  return {
    jobId: args.jobId,
    attemptId: randomUUID(),
    attempt: number,
    signal: told,
    needs: args.needs ?? NO_NEEDS,
    // Nobody shares this process with it.
    useOnly: () => undefined,
    checkpoint: checkpoints.find(args).checkpoint ?? null,
    saveCheckpoint: async (checkpoint) => {
      await fence();
      await checkpoints.keep(args, { checkpoint: asJson(checkpoint) });
    },
    progress: (update) => {
      report.progress(args.step, update);
    },
    fence,
    log: (level, message, metadata) => {
      report.log(level, args.step, message, metadata);
    },
  };
}

async function obeying<Output>(
  work: () => Promise<Output>,
  watch: { context: StepContext; over: AbortSignal; graceMs: number | undefined },
): Promise<Output> {
  const { context, over, graceMs = STUBBORN_MS } = watch;
  const given = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => {
      if (over.aborted) return;
      const grace = formatDuration(graceMs);
      context.log('warn', `did not stop within ${grace} of being told, and was left to itself`);
      reject(normalizeError(context.signal.reason));
    };
    graceAfter(context.signal, graceMs).addEventListener('abort', giveUp, { once: true });
  });
  return Promise.race([work(), given]);
}

function tooLong(limitMs: number): StepFailure {
  return { kind: 'transient', message: `The step took longer than allowed (${formatDuration(limitMs)})` };
}

/** What a history would keep of it: no step and its story share an object, and a checkpoint reads the same later. */
export function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
