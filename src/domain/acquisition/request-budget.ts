import { HOUR_MS, MINUTE_MS } from '../durations.js';

/** What one request may spend by itself before it asks a person (acquisition.md §3.8). */
export interface Budget {
  grabsPerSearch: number;
  releases: number;
  failedImports: number;
  ageMs: number;
}

export const REQUEST_BUDGET: Budget = {
  grabsPerSearch: 5,
  releases: 10,
  failedImports: 5,
  ageMs: 180 * 24 * HOUR_MS,
};

export interface Spent {
  releases: number;
  failedImports: number;
  ageMs: number;
}

/** Which part is spent, for people; undefined while there is some of all. A choice of a person's is not counted. */
export function budgetSpent(spent: Spent, budget: Budget = REQUEST_BUDGET): string | undefined {
  if (spent.releases >= budget.releases) return `${spent.releases} different releases did not work out`;
  if (spent.failedImports >= budget.failedImports) return `${spent.failedImports} imports have failed`;
  if (spent.ageMs >= budget.ageMs)
    return `nothing was found in ${Math.floor(budget.ageMs / (24 * HOUR_MS))} days`;
  return undefined;
}

/** 5 tries in about a day (acquisition.md §1.12). */
const IMPORT_WAITS_MS = [MINUTE_MS, 30 * MINUTE_MS, 6 * HOUR_MS, 18 * HOUR_MS] as const;

/** How long to wait after the failed import no. `failed`, counted from 1. */
export function importWaitMs(failed: number): number {
  return IMPORT_WAITS_MS[Math.min(failed, IMPORT_WAITS_MS.length) - 1] ?? MINUTE_MS;
}
