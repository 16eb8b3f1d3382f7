import type { StepArgs } from '../../domain/jobs/job-input.js';
import { runAttempt, type AttemptOptions } from './attempt.js';
import { Checkpoints } from './checkpoints.js';
import type { JobReport } from './job-report.js';

/** Each undo step gets two minutes, as in a workflow (jobs.md §5). */
const BUDGET_MS = 120_000;

export type Undo = Pick<AttemptOptions, 'run' | 'args'>;

/** Undo steps, pushed after each success, run in reverse when the job is cancelled. */
export class DirectCompensation {
  readonly #undo: Undo[] = [];
  readonly #make: (activity: string, input: unknown, occurrence: number) => Undo;

  constructor(make: (activity: string, input: unknown, occurrence: number) => Undo) {
    this.#make = make;
  }

  get pending(): StepArgs[] {
    return this.#undo.map(({ args }) => args);
  }

  push(activity: string, input: unknown): void {
    this.#undo.push(this.#make(activity, input, this.#undo.length + 1));
  }

  /** What could not be undone is in the log. */
  async run(report: JobReport): Promise<void> {
    // Its own: after a kill in the middle nothing of an undo may count as done.
    const checkpoints = new Checkpoints();
    for (const { run, args } of this.#undo.splice(0).reverse()) {
      report.log('info', args.step, 'undoes what was done');
      const signal = new AbortController().signal;
      const end = await runAttempt({ run, args, number: 1, limitMs: BUDGET_MS, signal, checkpoints, report });
      if (end.state !== 'done') report.log('warn', args.step, 'could not undo it: see to it by hand');
    }
  }
}
