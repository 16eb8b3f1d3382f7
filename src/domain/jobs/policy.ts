import { doublingWait } from './backoff.js';
import type { LeaseNeeds } from './leases.js';

/** The queues of design §3. Heavy work never shares a queue with workflow tasks. */
export const QUEUES = ['workflows', 'io', 'cpu', 'gpu-encode', 'gpu-ai', 'browser', 'admin'] as const;
export type Queue = (typeof QUEUES)[number];

export function isQueue(name: string): name is Queue {
  return (QUEUES as readonly string[]).includes(name);
}

/** Queues of steps. Without `workflows` and `admin` nothing could be steered, so they never stand still. */
export const PAUSABLE_QUEUES: readonly Queue[] = ['io', 'cpu', 'gpu-encode', 'gpu-ai', 'browser'];

/** Queues whose waiting is shown with depth and position, from our own rows (jobs.md §3). */
export const QUEUES_WITH_POSITION: readonly Queue[] = ['cpu', 'gpu-encode', 'gpu-ai', 'browser'];

/** How one step runs. Resolved into the job's policy at its creation, so that an open job keeps its rules. */
export interface StepPolicy {
  queue: Queue;
  /** One attempt may take this long, milliseconds. */
  startToCloseMs: number;
  /** 5–8 s; browser and voice steps 20 s (jobs.md §5). */
  heartbeatMs: number;
  /** What an attempt holds of its host. Absent: nothing, and nothing is asked for. */
  needs?: LeaseNeeds;
}

export interface RetryPolicy {
  /** Waits before each further try, milliseconds: n waits mean n + 1 tries (design §2). */
  waitsMs: number[];
}

/** At most `maximum` jobs of a group execute at once, over all workers (jobs.md §5). */
export interface PermitPolicy {
  group: string;
  maximum: number;
}

export interface JobPolicy {
  steps: Record<string, StepPolicy>;
  retry: RetryPolicy;
  /** Absent: unlimited. */
  permit?: PermitPolicy;
  /** Each step's share of the job's progress. */
  weights: Record<string, number>;
  /** The step, without input, that takes away the temp files of attempts which others have ended. */
  tidy?: string;
  /** The step that runs once a slice of the work: one that has ended does not tell how far the whole is. */
  sliced?: string;
}

export const DEFAULT_HEARTBEAT_MS = 6_000;

/** The waits for a job's own `maxRetries`: the type's waits, the last of them repeated, or fewer of them. */
export function retryWaits(waitsMs: number[], maxRetries: number | undefined): number[] {
  if (maxRetries === undefined) return waitsMs;
  const last = waitsMs.at(-1) ?? 1_000;
  return Array.from({ length: maxRetries }, (_, index) => waitsMs[index] ?? last);
}

/** Environment faults wait longer and longer, 8 s to 5 min, without end (acquisition.md §1.4). */
export function environmentWaitMs(failures: number): number {
  return doublingWait(failures, { first: 8_000, max: 300_000 });
}
