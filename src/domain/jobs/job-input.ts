import type { LeaseNeeds } from './leases.js';
import type { JobPolicy } from './policy.js';

/** What a workflow of ours starts with. Ids and rules only: no host path, secret or personal datum. */
export interface JobInput<Params = unknown> {
  jobId: string;
  type: string;
  round: number;
  params: Params;
  policy: JobPolicy;
  priority: number;
  /** The parent job's id, where there is one: enough to rebuild the row from history. */
  parentId?: string;
  /** What the job is about, `type:id`. */
  subject?: string;
  /** What an earlier run of the same chain hands on when it continues as new. */
  carried?: CarriedOn;
}

/** Only we write these names, so that nothing else is taken for one. */
export function isJobInput(value: unknown): value is JobInput {
  return (
    typeof value === 'object' && value !== null && 'jobId' in value && 'round' in value && 'policy' in value
  );
}

export interface CarriedOn {
  /** The story's own. */
  state: unknown;
  /** Compensation of what was done so far, in its order. */
  undo: StepArgs[];
}

/** What a step's activity gets: the story's input and what the interceptor needs to record it. */
export interface StepArgs<Input = unknown> {
  jobId: string;
  jobType: string;
  round: number;
  step: string;
  occurrence: number;
  queue: string;
  /** The group whose permit the job must hold for it. */
  permit?: string;
  /** What an attempt of it holds of its host. */
  needs?: LeaseNeeds;
  /** It undoes what the job has done: from then on no step of the job counts as done. */
  undo?: true;
  input: Input;
}

/** What a step's activity answers; only `done` lets the story go on (jobs.md §5). */
export type StepAnswer<Output = unknown> =
  | { state: 'done'; output: Output }
  | { state: 'stopped' }
  | { state: 'no_permit' }
  /** Its row says what it waits for; the process that has room signals it. */
  | { state: 'no_room'; needs: string };

/** What a failed step tells the step helper, as the first detail of its ApplicationFailure. */
export interface StepFailure {
  kind: string;
  message: string;
  remedy?: string;
  waitingReason?: string;
  retryAfterMs?: number;
}

export function isStepFailure(value: unknown): value is StepFailure {
  return typeof value === 'object' && value !== null && 'kind' in value && 'message' in value;
}

/** How a child ended, for its parent's story. */
export type ChildOutcome<Result = unknown> =
  | { status: 'completed'; jobId: string; result: Result }
  | { status: 'failed' | 'cancelled'; jobId: string; error: StepFailure };
