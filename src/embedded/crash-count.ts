/** When a service that keeps crashing is left alone for a while, and somebody is told. */
export interface CrashLimit {
  crashes: number;
  withinMs: number;
  /** From then on it is tried again only so often. */
  holdMs: number;
  /** One that has lived so long is well again. */
  stableMs: number;
}

/** 5 in 10 min (acquisition.md §8 no. 73); then it is tried every 10 min, for what was wrong may be mended meanwhile. */
export const CRASH_LIMIT: CrashLimit = {
  crashes: 5,
  withinMs: 600_000,
  holdMs: 600_000,
  stableMs: 60_000,
};

export interface CrashCount {
  /** Counts one; true: it is held. */
  crashed: () => boolean;
  isHeld: () => boolean;
  settled: () => void;
}

export function createCrashCount(limit: CrashLimit, now: () => number = () => performance.now()): CrashCount {
  let crashes: number[] = [];
  let held = false;
  return {
    crashed: () => {
      crashes = [...crashes.filter((at) => now() - at < limit.withinMs), now()];
      held ||= crashes.length >= limit.crashes;
      return held;
    },
    isHeld: () => held,
    settled: () => {
      crashes = [];
      held = false;
    },
  };
}
