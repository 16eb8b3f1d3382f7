import { setTimeout as sleep } from 'node:timers/promises';

import type { Copy } from './acts.js';
import type { House } from './house/house.js';

export interface Fall {
  jobId: string;
  round: number;
  from: number;
  to: number;
  atMs: number;
}

/** What only somebody who looks all the time can tell. */
export interface Samples {
  looks: number;
  /** Progress that went down within a round (jobs.md §8 (8)). */
  falls: Fall[];
  /** Of each attempt: when it was last seen open, ms since the epoch. */
  lastOpenMs: Map<string, number>;
  /** Most demo_memory attempts seen at once. */
  mostMemory: number;
  /** Highest progress seen, by job and round. */
  reached: Map<string, number>;
  /** Older copies of the database that were restored. */
  copies: Copy[];
  /** Statuses of one job seen one after the other, for reports of violations. */
  statuses: Map<string, string[]>;
}

const LOOK_MS = 200;

export function createSamples(): Samples {
  return {
    looks: 0,
    falls: [],
    lastOpenMs: new Map(),
    mostMemory: 0,
    reached: new Map(),
    copies: [],
    statuses: new Map(),
  };
}

/** Looks each 200 ms until `halt`; while the database is away there is nothing to see. */
export async function sampleAlong(house: House, samples: Samples, halt: AbortSignal): Promise<void> {
  while (!halt.aborted) {
    await lookOnce(house, samples).catch(() => undefined);
    await sleep(LOOK_MS, undefined, { signal: halt }).catch(() => undefined);
  }
}

async function lookOnce(house: House, samples: Samples): Promise<void> {
  const { rows } = await house.database().query<{
    id: string;
    type: string;
    round: number;
    status: string;
    progress: number;
    attempts: string[];
  }>(
    `select j.id, j.type, j.round, j.status, j.progress,
       array(select a.id::text from job_attempts a where a.job_id = j.id and a.ended_at is null) as attempts
     from jobs j where j.outcome_status is null or j.ended_at > now() - interval '2 seconds'`,
  );
  samples.looks += 1;
  const atMs = Date.now();
  for (const row of rows) {
    const key = `${row.id} ${row.round}`;
    const before = samples.reached.get(key) ?? 0;
    if (row.progress < before) {
      samples.falls.push({ jobId: row.id, round: row.round, from: before, to: row.progress, atMs });
    }
    samples.reached.set(key, row.progress);
    for (const attempt of row.attempts) samples.lastOpenMs.set(attempt, atMs);
    noteStatus(samples, row, atMs);
  }
  const memory = rows.filter(({ type, attempts }) => type === 'demo_memory' && attempts.length > 0);
  samples.mostMemory = Math.max(samples.mostMemory, memory.length);
}

function noteStatus(
  { statuses }: Samples,
  row: { id: string; round: number; status: string },
  atMs: number,
): void {
  const seen = statuses.get(row.id) ?? [];
  const told = `round ${row.round} ${row.status}`;
  if (seen.at(-1)?.endsWith(told) !== true)
    statuses.set(row.id, [...seen, `${new Date(atMs).toISOString()} ${told}`]);
}
