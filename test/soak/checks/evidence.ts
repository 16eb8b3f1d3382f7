import type { Client } from '@temporalio/client';

import type { House } from '../house/house.js';
import type { Kill } from '../killer.js';
import type { Ledger } from '../load/ledger.js';
import type { Samples } from '../sampler.js';
import type { Settled } from '../settle.js';

/** All that a check may look at. */
export interface Evidence {
  house: House;
  temporal: Client;
  ledger: Ledger;
  samples: Samples;
  kills: readonly Kill[];
  settled: Settled;
  /** Temporal's store was lost on purpose: it does not know what ended before. */
  temporalWasLost: boolean;
  /** SHA-256 of the media that requests bring. */
  mediaHash: string | undefined;
}

export interface Violation {
  /** The invariant of jobs.md §8, or what else was expected. */
  rule: string;
  jobId?: string;
  said: string;
}

export type Check = (evidence: Evidence) => Promise<Violation[]>;

export async function query<Row extends object>({ house }: Evidence, sql: string): Promise<Row[]> {
  const { rows } = await house.database().query<Row & Record<string, unknown>>(sql);
  return rows;
}
