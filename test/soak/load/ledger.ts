import type { JobStatus } from '../../../src/domain/jobs/status.js';

type End = Extract<JobStatus, 'completed' | 'failed' | 'cancelled'>;

/** What the soak has asked for, and what it was told. */
export interface Asked {
  key: string;
  /** `request` for a real one. */
  type: string;
  body: unknown;
  /** How it ends when nobody interferes. */
  expected: End;
  /** Every id that an answer told for this key: one, or the key was no key. */
  ids: Set<string>;
  /** Answers that were lost or refused before one came. */
  lostAnswers: number;
  /** Somebody asked to cancel or terminate it, and may have been heard. */
  mayBeCancelled: boolean;
}

export interface Ledger {
  asked: Asked[];
  /** Actions by what they were and how they were answered, for the report. */
  steered: Map<string, number>;
}

export function createLedger(): Ledger {
  return { asked: [], steered: new Map() };
}

export function idOf({ ids }: Asked): string | undefined {
  return [...ids][0];
}
