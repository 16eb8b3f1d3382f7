import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 100;

/** Clients do what they are asked a moment later: looks until it is seen. False when it was not in time. */
export async function settle(
  isMet: () => Promise<boolean> | boolean,
  signal: AbortSignal,
  { withinMs = 5_000, everyMs = EVERY_MS }: { withinMs?: number; everyMs?: number } = {},
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await isMet())) {
    if (performance.now() >= deadline) return false;
    await sleep(everyMs, undefined, { signal });
  }
  return true;
}
