import type { Ledger } from '../../src/activities/jobs/room.js';

/** Has room for everybody: for activities whose steps need none. */
export const openLedger: Ledger = {
  enter: () => () => undefined,
  ask: () => Promise.resolve({ kind: 'lease', shrink: () => undefined, release: () => undefined }),
};
