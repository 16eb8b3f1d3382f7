import { hashInput } from '../../activities/jobs/step-key.js';
import type { StepArgs } from '../../domain/jobs/job-input.js';

/** What a step left behind: where it was, or what it gave once it was done. */
export interface KeptStep {
  checkpoint?: unknown;
  done?: { output?: unknown };
}

/** Ids of jobs by their place, and steps by their key: the part of jobs.md §4 that outlives a run. */
export interface Kept {
  jobs: Record<string, string>;
  steps: Record<string, KeptStep>;
}

/** Keeps checkpoints and finished steps; `write` makes each change outlive the process, where it shall. */
export class Checkpoints {
  readonly #kept: Kept;
  readonly #write: (kept: Kept) => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor({ kept, write }: { kept?: Kept | undefined; write?: (kept: Kept) => Promise<void> } = {}) {
    this.#kept = kept ?? { jobs: {}, steps: {} };
    this.#write = write ?? (() => Promise.resolve());
  }

  /** The id that the job at this place had in an earlier run, or `made` from now on. */
  async jobId(place: string, made: string): Promise<string> {
    const known = this.#kept.jobs[place];
    if (known !== undefined) return known;
    this.#kept.jobs[place] = made;
    // A disk that is full is met, and waited for, at the first checkpoint.
    await this.#save().catch(() => undefined);
    return made;
  }

  find(args: StepArgs): KeptStep {
    return this.#kept.steps[keyOf(args)] ?? {};
  }

  keep(args: StepArgs, step: KeptStep): Promise<void> {
    this.#kept.steps[keyOf(args)] = step;
    return this.#save();
  }

  /** What was undone is done anew (jobs.md §4: retry of a cancelled job starts fresh). */
  forget(jobId: string): Promise<void> {
    const others = Object.entries(this.#kept.steps).filter(([key]) => !key.startsWith(`${jobId}/`));
    this.#kept.steps = Object.fromEntries(others);
    return this.#save();
  }

  /** One write at a time; whoever comes while one waits for its turn shares it. */
  #save(): Promise<void> {
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      return this.#write(this.#kept);
    });
    this.#last = this.#next.catch(() => undefined);
    return this.#next;
  }
}

function keyOf({ jobId, step, occurrence, input }: StepArgs): string {
  return [jobId, step, occurrence, hashInput(input)].join('/');
}
