import { CancellationScope, proxyActivities } from '@temporalio/workflow';

import type { StepAnswer, StepArgs } from '../../domain/jobs/job-input.js';
import { fact } from './fact.js';
import { readFailure } from './failure.js';
import type { Job } from './job.js';

/** Compensation gets 2 minutes in all; what remains becomes a cleanup (jobs.md §5). */
const BUDGET = '2 minutes';

/** Undo steps, pushed after each success, run in reverse when the job is cancelled. */
export class Compensation {
  readonly #job: Job;
  readonly #undo: StepArgs[];

  constructor(job: Job, carried: readonly StepArgs[] = []) {
    this.#job = job;
    this.#undo = [...carried];
  }

  /** What would be undone now, for a run that continues as new. */
  get pending(): StepArgs[] {
    return [...this.#undo];
  }

  push(activity: string, input: unknown): void {
    // Undoing needs no permit and no room: it must work while all of them are taken.
    const {
      permit: _permit,
      needs: _needs,
      ...args
    } = this.#job.stepArgs(activity, input, this.#undo.length + 1);
    this.#undo.push({ ...args, undo: true });
  }

  run(): Promise<void> {
    return CancellationScope.nonCancellable(async () => {
      for (const args of this.#undo.reverse()) await this.#runOne(args);
    });
  }

  async #runOne(args: StepArgs): Promise<void> {
    const policy = this.#job.policyOf(args.step);
    const activities = proxyActivities<Record<string, (given: StepArgs) => Promise<StepAnswer>>>({
      taskQueue: policy.queue,
      scheduleToCloseTimeout: BUDGET,
      startToCloseTimeout: BUDGET,
      heartbeatTimeout: policy.heartbeatMs,
      retry: { maximumAttempts: 3, initialInterval: '1 second' },
    });
    try {
      await activities[args.step]?.(args);
    } catch (error) {
      await fact('recordCleanup', { jobId: args.jobId, args, error: readFailure(error).message });
    }
  }
}
