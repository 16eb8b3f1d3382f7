import type { FaultKind } from '../faults.js';

/** Failures of a grab that say something of the release or its link; after any other it may be tried again. */
export const RELEASE_FAILURES: readonly FaultKind[] = ['release_fault', 'gone', 'credentials', 'bad_input'];

export function isReleasesOwn(kind: string): boolean {
  return RELEASE_FAILURES.some((own) => own === kind);
}
