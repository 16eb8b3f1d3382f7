/** Waits of a loop that never gives up: `first`, doubling, at most `max`; milliseconds. */
export function doublingWait(failures: number, { first, max }: { first: number; max: number }): number {
  return Math.min(first * 2 ** Math.max(0, Math.min(failures - 1, 30)), max);
}
