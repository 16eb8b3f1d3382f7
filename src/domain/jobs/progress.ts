/** What a running step tells of itself. `etaMs` is null until it means something (at least 3 s of movement). */
export interface ProgressDetail {
  step: string;
  done: number;
  total: number | null;
  unit: 'bytes' | 'files' | 'items' | 'seconds' | 'steps';
  ratePerSecond: number | null;
  etaMs: number | null;
}

export interface ProgressSample {
  atMs: number;
  done: number;
}

const WINDOW_MS = 15_000;
const MEANINGFUL_MS = 3_000;

/** Adds a sample to the moving window and drops what is older than 15 s. */
export function addSample(window: ProgressSample[], sample: ProgressSample): ProgressSample[] {
  const kept = window.filter((old) => sample.atMs - old.atMs <= WINDOW_MS && old.done <= sample.done);
  return [...kept, sample];
}

/**
 * Rate over the window and the time left; null until it has moved for 3 s. What lies before the first movement
 * is waiting, not slowness.
 */
export function estimate(
  window: ProgressSample[],
  total: number | null,
): { ratePerSecond: number | null; etaMs: number | null } {
  const last = window.at(-1);
  const first = beginningOf(window);
  if (first === undefined || last === undefined || last.atMs - first.atMs < MEANINGFUL_MS) {
    return { ratePerSecond: null, etaMs: null };
  }
  const ratePerSecond = ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
  if (total === null || ratePerSecond <= 0) return { ratePerSecond, etaMs: null };
  return { ratePerSecond, etaMs: Math.max(0, Math.round(((total - last.done) / ratePerSecond) * 1_000)) };
}

function beginningOf(window: ProgressSample[]): ProgressSample | undefined {
  const moved = window.findIndex(({ done }) => done !== window[0]?.done);
  return window[Math.max(0, moved - 1)];
}

/** 0–1, or 0 where the total is unknown or nothing. */
export function fraction(done: number, total: number | null): number {
  if (total === null || total <= 0) return 0;
  return Math.min(1, Math.max(0, done / total));
}
