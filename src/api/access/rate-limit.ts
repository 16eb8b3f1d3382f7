/** Counts what happens a key within a moving window; kept in the process, forgotten at its end. */
export interface RateLimit {
  /** Milliseconds until the key may try again; 0 when it may now. */
  waitMs: (key: string) => number;
  record: (key: string) => void;
}

const MAX_KEYS = 10_000;

export function createRateLimit(options: { max: number; windowMs: number; now: () => number }): RateLimit {
  const times = new Map<string, number[]>();
  const recent = (key: string): number[] =>
    (times.get(key) ?? []).filter((at) => options.now() - at < options.windowMs);
  return {
    waitMs: (key) => {
      const oldest = recent(key).at(-options.max);
      return oldest === undefined ? 0 : oldest + options.windowMs - options.now();
    },
    record: (key) => {
      const counted = [...recent(key), options.now()].slice(-options.max);
      times.delete(key);
      times.set(key, counted);
      // The oldest key goes first, so that a flood of addresses cannot fill the memory.
      const first = times.keys().next();
      if (times.size > MAX_KEYS && first.done !== true) times.delete(first.value);
    },
  };
}
