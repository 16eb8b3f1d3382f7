import type { WaitingReason } from './jobs/waiting.js';

/**
 * What kind of thing went wrong, and therefore what a step does about it. This is the one table that
 * decides between giving up, counting a try and waiting (jobs.md §5 "Retry").
 */
export const FAULTS = {
  /** The request itself is wrong; no repetition helps. */
  bad_input: 'never',
  /** The other side refuses our credentials. */
  credentials: 'never',
  /** The thing asked for is gone for good (404, 410). */
  gone: 'never',
  /** The release is bad: the caller walks to the next candidate. Only this kind may blame a release. */
  release_fault: 'never',
  /** Another attempt or chain owns the work now. */
  superseded: 'never',
  /** A contradiction in our own code or data. */
  defect: 'never',
  /** A passing failure of the other side: counted as a try. */
  transient: 'counted',
  /** The other side asks us to slow down; `retryAfterMs` wins over our own policy. */
  throttled: 'counted',
  /** Disk, mount, permission, client or network: uses up no try and waits with a reason. */
  environment: 'waits',
} as const satisfies Record<string, 'never' | 'counted' | 'waits'>;

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS = Object.keys(FAULTS) as [FaultKind, ...FaultKind[]];

export interface FaultDetails {
  /** What a person can do about it, one sentence. */
  remedy?: string;
  /** Shown while waiting; environment faults only. */
  waitingReason?: WaitingReason;
  /** The other side's Retry-After, in milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** The one error class of Longplay's own code. The message says what was expected and what came. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly remedy: string | undefined;
  readonly waitingReason: WaitingReason | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(kind: FaultKind, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Fault';
    this.kind = kind;
    this.remedy = details.remedy;
    this.waitingReason = details.waitingReason;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Turns whatever was thrown into an Error, keeping an Error as it is. Never throws itself. */
export function normalizeError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(describe(thrown), { cause: thrown });
}

function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  try {
    return thrown === undefined || typeof thrown === 'symbol' || typeof thrown === 'function'
      ? String(thrown)
      : JSON.stringify(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/** Reads a Node system error's code (`ENOSPC`, `EXDEV`, …), if it has one. */
export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
