import type { LeaseNeeds } from '../../domain/jobs/leases.js';
import type { ProgressDetail } from '../../domain/jobs/progress.js';
import type { LogLevel } from '../../store/logs.js';

/** What a running step may do besides its own work; made anew for each attempt. */
export interface StepContext {
  readonly jobId: string;
  readonly attemptId: string;
  /** 1 for the step's first attempt. */
  readonly attempt: number;
  /** Aborted on pause, cancel, shutdown or reset: clean up, then throw `signal.reason`. */
  readonly signal: AbortSignal;
  /** The last checkpoint of any earlier attempt, in any run; parse it. */
  readonly checkpoint: unknown;
  /** What it was to have of its host before it began; of what the host has none, nothing is booked. */
  readonly needs: LeaseNeeds;
  /** From now on it uses no more than this of its host: the rest is for others. */
  useOnly: (needs: LeaseNeeds) => void;
  saveCheckpoint: (checkpoint: unknown) => Promise<void>;
  /** Cheap; written at most each second or per cent, and at the end. */
  progress: (update: { done: number; total: number | null; unit: ProgressDetail['unit'] }) => void;
  /** Before an irreversible act. @throws Fault superseded when the work belongs to another attempt now. */
  fence: () => Promise<void>;
  log: (level: LogLevel, message: string, metadata?: object) => void;
}

/** A step of a story: one object in, one object out, both small. */
export type StepFunction<Input, Output> = (input: Input, step: StepContext) => Promise<Output>;

/** Any step, for tables of them; each is called with the input that its own story gave. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table of unlike functions has no narrower parameter that each of them accepts
export type AnyStep = StepFunction<any, unknown>;

/** An activity file exports `steps = defineSteps((deps) => ({ name: async (input, step) => … }))`. */
export interface StepsModule<Deps, Steps extends Record<string, AnyStep>> {
  create: (deps: Deps) => Steps;
}

export function defineSteps<Deps, Steps extends Record<string, AnyStep>>(
  create: (deps: Deps) => Steps,
): StepsModule<Deps, Steps> {
  return { create };
}

/** The steps that a module defines, for its story's `job.steps<…>()`. */
export type StepsOf<Module> = Module extends StepsModule<never, infer Steps> ? Steps : never;
