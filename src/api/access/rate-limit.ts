/** Counts failures a key within a moving window; kept in the process, forgotten at its end. */
export interface RateLimit {
  /** Milliseconds until the key may try again; 0 when it may now. */
  waitMs: (key: string) => number;
  recordFailure: (key: string) => void;
}

const MAX_KEYS = 10_000;

export function createRateLimit(options: { max: number; windowMs: number; now: () => number }): RateLimit {
  const failures = new Map<string, number[]>();
  const recent = (key: string): number[] =>
    (failures.get(key) ?? []).filter((at) => options.now() - at < options.windowMs);
  return {
    waitMs: (key) => {
      const times = recent(key);
      const oldest = times.at(-options.max);
      return oldest === undefined ? 0 : oldest + options.windowMs - options.now();
    },
    recordFailure: (key) => {
      const times = [...recent(key), options.now()].slice(-options.max);
      failures.delete(key);
      failures.set(key, times);
      // The oldest key goes first, so that a flood of addresses cannot fill the memory.
      const first = failures.keys().next();
      if (failures.size > MAX_KEYS && first.done !== true) failures.delete(first.value);
    },
  };
}
