import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';

import { isPriority } from '../../domain/jobs/priority.js';
import { afterFailure, NO_FAILURES, type FailureCounts } from '../../domain/jobs/next-try.js';
import { QUEUES_WITH_POSITION, type StepPolicy } from '../../domain/jobs/policy.js';
import type {
  ChildOutcome,
  JobInput,
  StepAnswer,
  StepArgs,
  StepFailure,
} from '../../domain/jobs/job-input.js';
import type { WaitingReason } from '../../domain/jobs/waiting.js';
import type { StepFunction } from '../../activities/jobs/step.js';
import { runChild } from './child.js';
import { Compensation } from './compensation.js';
import { fact, type FactInput } from './fact.js';
import { readFailure } from './failure.js';
import { PauseGate } from './pause.js';
import { Permit } from './permit.js';
import { Room } from './room.js';

/** The steps of an activity file as a story calls them: only what they need and give. */
export type StoryStep<Step> =
  Step extends StepFunction<infer Input, infer Output>
    ? (input: Input, options?: { occurrence?: number }) => Promise<Output>
    : never;

/**
 * What the interceptor hands to every story instead of its raw input: steps, children, waits. It runs
 * every step the same way: wait while paused, record the waiting, schedule, loop on the answer (jobs.md §5).
 */
export class Job<Params = unknown> {
  readonly id: string;
  readonly params: Params;
  readonly input: JobInput<Params>;
  readonly pause: PauseGate;
  readonly compensation: Compensation;
  readonly permit: Permit;
  readonly room = new Room();
  priority: number;
  #retryNow = 0;
  /** What the story waits for, and since when (ms): told once more where the row has forgotten it. */
  #wait: { told: FactInput<'recordWait'>; since: number } | undefined;
  #tellingAgain: Promise<unknown> = Promise.resolve();

  constructor(
    input: JobInput<Params>,
    { paused, byParent = false }: { paused: boolean; byParent?: boolean },
  ) {
    this.id = input.jobId;
    this.params = input.params;
    this.input = input;
    this.priority = input.priority;
    this.pause = new PauseGate({ jobId: input.jobId, round: input.round, paused, byParent });
    this.permit = new Permit(input);
    this.compensation = new Compensation(this, input.carried?.undo);
  }

  retryNow(): void {
    this.#retryNow += 1;
  }

  /** The row was made anew from what this run began with, or comes from an older copy: it hears how the run stands. */
  async tellAgain(): Promise<void> {
    this.#tellingAgain = CancellationScope.nonCancellable(() =>
      Promise.all([this.pause.tellAgain(), this.#tellWait()]),
    );
    await this.#tellingAgain;
  }

  async #tellWait(): Promise<void> {
    if (this.#wait === undefined) return;
    const { told, since } = this.#wait;
    const waitMs = told.waitMs === null ? null : Math.max(0, told.waitMs - (Date.now() - since));
    await fact('recordWait', { ...told, waitMs });
  }

  /** Moves what waits, and all that comes later; what runs stays where it is (jobs.md §5). */
  async setPriority(priority: number): Promise<void> {
    if (!isPriority(priority)) {
      log.warn('a priority that is no whole number from 1 to 10 was left alone', { priority });
      return;
    }
    this.priority = priority;
    await CancellationScope.nonCancellable(() =>
      Promise.all([
        fact('movePriority', { jobId: this.id, priority }),
        this.pause.tellChildren('setPriority', priority),
      ]),
    );
  }

  /** Typed calls of the steps of an activity file: `job.steps<SearchSteps>().searchIndexer({…})`. */
  steps<Steps extends object>(): { [Name in keyof Steps]: StoryStep<Steps[Name]> } {
    const call = (name: string) => (input: unknown, options?: { occurrence?: number }) =>
      this.#run(name, input, options?.occurrence ?? 1);
    return new Proxy({} as { [Name in keyof Steps]: StoryStep<Steps[Name]> }, {
      get: (_target, name) => call(String(name)),
    });
  }

  /** Starts another job as a step of this one, or picks up the one that an earlier run started. */
  child<Result>(
    type: string,
    params: unknown,
    options: { name?: string; occurrence?: number } = {},
  ): Promise<ChildOutcome<Result>> {
    return runChild<Result>(this, {
      type,
      params,
      name: options.name ?? type,
      occurrence: options.occurrence ?? 1,
    });
  }

  /** The story waits; shown with its reason. Ends by the condition, by retryNow or after `waitMs`. */
  async wait(wait: {
    reason: WaitingReason;
    detail: string;
    waitMs?: number;
    until?: () => boolean;
  }): Promise<'met' | 'elapsed' | 'retryNow'> {
    const { reason, detail, waitMs = null, until = () => false } = wait;
    if (until()) return 'met';
    const about = { jobId: this.id, round: this.input.round };
    await this.permit.free();
    const told = { ...about, reason, detail, waitMs };
    this.#wait = { told, since: Date.now() };
    await fact('recordWait', told);
    const met = await this.#until(until, waitMs);
    this.#wait = undefined;
    await this.#tellingAgain;
    await fact('clearWait', about);
    return met;
  }

  /**
   * Between two rounds of a wait that may last for months: once the history grows long, a new run of the same
   * chain goes on with `state`, which it finds in `input.carried` (temporal.md §9). Returns otherwise.
   */
  async continueIfLong(state: unknown): Promise<void> {
    if (!workflowInfo().continueAsNewSuggested) return;
    await condition(allHandlersFinished);
    const carried = { state, undo: this.compensation.pending };
    await continueAsNew<(input: JobInput<Params>) => Promise<unknown>>({
      ...this.input,
      priority: this.priority,
      carried,
    });
  }

  stepArgs(name: string, input: unknown, occurrence: number): StepArgs {
    const { jobId, type, round, policy } = this.input;
    const { queue, needs } = this.policyOf(name);
    return {
      jobId,
      jobType: type,
      round,
      step: name,
      occurrence,
      queue,
      ...(policy.permit === undefined ? {} : { permit: policy.permit.group }),
      ...(needs === undefined ? {} : { needs }),
      input,
    };
  }

  policyOf(name: string): StepPolicy {
    const policy = this.input.policy.steps[name];
    if (policy !== undefined) return policy;
    throw ApplicationFailure.nonRetryable(
      `The step "${name}" is missing in the policy of ${this.input.type}`,
      'defect',
    );
  }

  async #run(name: string, input: unknown, occurrence: number): Promise<unknown> {
    const args = this.stepArgs(name, input, occurrence);
    let counts = NO_FAILURES;
    for (;;) {
      if (this.pause.closed) await this.permit.free();
      await this.pause.open();
      const { heard } = this.room;
      const tried = await this.permit.under(
        () => this.pause.closed,
        () => this.#try(args),
      );
      if (tried === undefined) continue;
      throwIfCancelled();
      if (tried.status === 'rejected') counts = await this.#afterFailure(args, tried.reason, counts);
      else if (tried.value.state === 'done') return tried.value.output;
      else await this.#afterRefusal(tried.value, heard);
    }
  }

  /** One scheduled activity; undefined when our own pause has cut it, or came before it. */
  async #try(args: StepArgs): Promise<PromiseSettledResult<StepAnswer> | undefined> {
    if (QUEUES_WITH_POSITION.includes(this.policyOf(args.step).queue)) await fact('recordStepWaiting', args);
    // A pause that came during that write found nothing to cut.
    if (this.pause.closed) return undefined;
    const { cut, outcome } = await this.pause.guard(() => this.#schedule(args));
    // After our own cancel of the scope, a timeout or a lost worker is the wished end (jobs.md §5).
    return cut && outcome.status === 'rejected' && !CancellationScope.current().consideredCancelled
      ? undefined
      : outcome;
  }

  async #afterRefusal(answer: Exclude<StepAnswer, { state: 'done' }>, heard: number): Promise<void> {
    switch (answer.state) {
      case 'stopped':
        return;
      case 'no_permit':
        this.permit.lose();
        return;
      case 'no_room':
        await this.permit.free();
        // The worker has written what it waits for, before it answered.
        await this.#until(() => this.pause.closed || this.room.heard > heard, ROOM_HEALS_MS);
    }
  }

  #schedule(args: StepArgs): Promise<StepAnswer> {
    const policy = this.policyOf(args.step);
    const activities = proxyActivities<Record<string, (given: StepArgs) => Promise<StepAnswer>>>({
      taskQueue: policy.queue,
      startToCloseTimeout: policy.startToCloseMs,
      heartbeatTimeout: policy.heartbeatMs,
      priority: { priorityKey: this.priority },
      // Written out, since the SDK's default is TRY_CANCEL, whatever it says: nothing may follow a step, no undo
      // and no next attempt, before the step has let go of its work.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      // Serves lost workers and shutdowns only: true failures come back non-retryable.
      retry: { initialInterval: '500 milliseconds', backoffCoefficient: 1.5, maximumInterval: '10 seconds' },
    });
    const activity = activities[args.step];
    if (activity === undefined) throw ApplicationFailure.nonRetryable(`No activity "${args.step}"`, 'defect');
    return activity(args);
  }

  /** Waits before the next try; throws when the tries are spent or none would help. */
  async #afterFailure(args: StepArgs, thrown: unknown, before: FailureCounts): Promise<FailureCounts> {
    const failure = readFailure(thrown);
    const { counts, waitMs } = afterFailure(failure, before, this.input.policy.retry);
    if (waitMs === undefined) throw asOutcome(failure);
    await this.#backoff(args, failure, waitMs);
    return counts;
  }

  async #backoff(args: StepArgs, failure: StepFailure, waitMs: number): Promise<void> {
    const reason = (failure.waitingReason ?? 'retry_backoff') as WaitingReason;
    await this.permit.free();
    await fact('recordStepBackoff', { args, waitMs, reason, detail: failure.message });
    await this.#until(() => this.pause.closed, waitMs);
  }

  async #until(met: () => boolean, waitMs: number | null): Promise<'met' | 'elapsed' | 'retryNow'> {
    const before = this.#retryNow;
    const ended = (): boolean => met() || this.#retryNow > before;
    if (waitMs === null) await condition(ended);
    else await condition(ended, waitMs);
    if (met()) return 'met';
    return this.#retryNow > before ? 'retryNow' : 'elapsed';
  }
}

/** A step that waits for room is signalled; this only heals a signal that nobody could send (jobs.md §5). */
const ROOM_HEALS_MS = 5 * 60_000;

/** An activity that answered normally after the workflow's cancel must not let the story go on. */
function throwIfCancelled(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The job was cancelled');
}

function asOutcome(failure: StepFailure): ApplicationFailure {
  return ApplicationFailure.create({
    message: failure.message,
    type: failure.kind,
    nonRetryable: true,
    details: [failure],
  });
}
