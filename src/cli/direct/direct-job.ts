import { setTimeout as after } from 'node:timers/promises';

import { CancelledFailure } from '@temporalio/common';

import { asStepFailure } from '../../activities/jobs/failures.js';
import type { AnyStep } from '../../activities/jobs/step.js';
import type { ChildOutcome, JobInput, StepFailure } from '../../domain/jobs/job-input.js';
import { afterFailure, NO_FAILURES, type FailureCounts } from '../../domain/jobs/next-try.js';
import type { StepPolicy } from '../../domain/jobs/policy.js';
import type { WaitingReason } from '../../domain/jobs/waiting.js';
import type { Compensation } from '../../workflows/jobs/compensation.js';
import type { Job, StoryStep } from '../../workflows/jobs/job.js';
import type { PauseGate } from '../../workflows/jobs/pause.js';
import { MAX_TIMER_MS, runAttempt } from './attempt.js';
import type { Checkpoints } from './checkpoints.js';
import { DirectCompensation, type Undo } from './compensation.js';
import type { JobReport } from './job-report.js';

/** What stories use of a Job; the rest of it is the interceptor's, and there is none here. */
type JobOfStory<Params> = Pick<
  Job<Params>,
  'id' | 'params' | 'input' | 'priority' | 'steps' | 'child' | 'wait' | 'continueIfLong'
> & {
  readonly compensation: Pick<Compensation, 'push' | 'pending'>;
  readonly pause: Pick<PauseGate, 'closed' | 'open'>;
};

export interface ChildWish {
  type: string;
  params: unknown;
  name: string;
  occurrence: number;
}

export interface DirectJobParts {
  steps: Record<string, AnyStep>;
  checkpoints: Checkpoints;
  report: JobReport;
  /** Aborted by Ctrl-C, or by the end of the parent's story. */
  signal: AbortSignal;
  startChild: (wish: ChildWish, signal: AbortSignal) => Promise<ChildOutcome>;
}

/** A story's Job without Temporal: the same loop of tries, in this process. */
export class DirectJob<Params = unknown> implements JobOfStory<Params> {
  readonly id: string;
  readonly params: Params;
  readonly input: JobInput<Params>;
  readonly priority: number;
  readonly compensation: DirectCompensation;
  /** Nobody can pause it: a shell's own job control stops the whole process. */
  readonly pause = { closed: false, open: (): Promise<void> => Promise.resolve() };
  readonly #parts: DirectJobParts;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #open = new Set<Promise<unknown>>();
  readonly #lookAgain = new Set<() => void>();
  #waits = 0;

  constructor(input: JobInput<Params>, parts: DirectJobParts) {
    this.id = input.jobId;
    this.params = input.params;
    this.input = input;
    this.priority = input.priority;
    this.#parts = parts;
    this.#signal = AbortSignal.any([parts.signal, this.#ended.signal]);
    this.compensation = new DirectCompensation((activity, given, occurrence) =>
      this.#call(activity, given, occurrence),
    );
  }

  steps<Steps extends object>(): { [Name in keyof Steps]: StoryStep<Steps[Name]> } {
    const call = (name: string) => (input: unknown, options?: { occurrence?: number }) =>
      this.#tracked(() => this.#run(name, input, options?.occurrence ?? 1));
    return new Proxy({} as { [Name in keyof Steps]: StoryStep<Steps[Name]> }, {
      get: (_target, name) => call(String(name)),
    });
  }

  child<Result>(
    type: string,
    params: unknown,
    { name = type, occurrence = 1 }: { name?: string; occurrence?: number } = {},
  ): Promise<ChildOutcome<Result>> {
    return this.#tracked(async () => {
      this.#throwIfCancelled();
      const outcome = await this.#parts.startChild({ type, params, name, occurrence }, this.#signal);
      this.#throwIfCancelled();
      return outcome as ChildOutcome<Result>;
    });
  }

  /** Nobody asks for a `retryNow` here: it ends by the condition or after `waitMs`. */
  async wait(wait: {
    reason: WaitingReason;
    detail: string;
    waitMs?: number;
    until?: () => boolean;
  }): Promise<'met' | 'elapsed'> {
    const { reason, detail, waitMs = null, until = () => false } = wait;
    this.#throwIfCancelled();
    if (until()) return 'met';
    this.#waits += 1;
    const key = `wait ${this.#waits}`;
    this.#parts.report.waits(key, { reason, detail, waitMs });
    try {
      return await this.#until(until, waitMs);
    } finally {
      this.#parts.report.goesOn(key);
    }
  }

  /** There is no history that could grow long. */
  continueIfLong(): Promise<void> {
    return Promise.resolve();
  }

  /** The story has ended: what it left running is told to stop, as with a workflow's end. */
  async close(): Promise<void> {
    this.#ended.abort();
    await Promise.allSettled([...this.#open]);
  }

  async #run(name: string, input: unknown, occurrence: number): Promise<unknown> {
    const { checkpoints, report } = this.#parts;
    const { run, args } = this.#call(name, input, occurrence);
    const { done } = checkpoints.find(args);
    const key = `${name} ${occurrence}`;
    let counts = NO_FAILURES;
    for (let number = 1; done === undefined; number += 1) {
      this.#throwIfCancelled();
      report.begins(key, { step: name, tries: counts.tries });
      const limitMs = this.#policyOf(name).startToCloseMs;
      const shared = { limitMs, signal: this.#signal, checkpoints, report };
      const end = await runAttempt({ run, args, number, ...shared });
      report.stops(key);
      this.#throwIfCancelled();
      if (end.state === 'done') {
        report.finished(name);
        return end.output;
      }
      if (end.state === 'failed') counts = await this.#afterFailure(key, end.failure, counts);
    }
    report.log('info', name, 'was done in an earlier run');
    report.finished(name);
    return done.output;
  }

  async #afterFailure(key: string, failure: StepFailure, before: FailureCounts): Promise<FailureCounts> {
    const { counts, waitMs } = afterFailure(failure, before, this.input.policy.retry);
    if (waitMs === undefined) throw asStepFailure(failure);
    const reason = (failure.waitingReason ?? 'retry_backoff') as WaitingReason;
    this.#parts.report.waits(key, { reason, detail: failure.message, waitMs });
    try {
      await this.#until(() => false, waitMs);
    } finally {
      this.#parts.report.goesOn(key);
    }
    return counts;
  }

  #call(name: string, input: unknown, occurrence: number): Undo {
    const { jobId, type, round } = this.input;
    const run = this.#parts.steps[name];
    const { queue } = this.#policyOf(name);
    if (run === undefined) throw defect(`There is no step "${name}"`);
    return { run, args: { jobId, jobType: type, round, step: name, occurrence, queue, input } };
  }

  #policyOf(name: string): StepPolicy {
    const policy = this.input.policy.steps[name];
    if (policy !== undefined) return policy;
    throw defect(`The step "${name}" is missing in the policy of ${this.input.type}`);
  }

  /** What runs is known, so that the story's end can stop it; its end may be what a wait of the story is for. */
  async #tracked<Output>(work: () => Promise<Output>): Promise<Output> {
    const running = work();
    this.#open.add(running);
    try {
      return await running;
    } finally {
      this.#open.delete(running);
      // Behind the story's own answer to it.
      setImmediate(() => {
        for (const look of this.#lookAgain) look();
      });
    }
  }

  async #until(met: () => boolean, waitMs: number | null): Promise<'met' | 'elapsed'> {
    const deadline = performance.now() + (waitMs ?? Infinity);
    for (let left = deadline - performance.now(); left > 0; left = deadline - performance.now()) {
      await this.#oneOf(Math.min(left, MAX_TIMER_MS));
      this.#throwIfCancelled();
      if (met()) return 'met';
    }
    return 'elapsed';
  }

  /** Until something of the story has ended, or it is cancelled, or `ms` are over. */
  async #oneOf(ms: number): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => {
      woken.abort();
    };
    this.#lookAgain.add(wake);
    const signal = AbortSignal.any([woken.signal, this.#signal]);
    await after(ms, undefined, { signal }).catch(() => undefined);
    this.#lookAgain.delete(wake);
  }

  #throwIfCancelled(): void {
    if (this.#signal.aborted) throw new CancelledFailure('The job was cancelled');
  }
}

function defect(message: string): Error {
  return asStepFailure({ kind: 'defect', message });
}
