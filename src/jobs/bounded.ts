import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the work, but no longer than `ms`; it goes on behind the caller's back and must not throw. */
export async function atMostFor(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const limit = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([work, limit]);
  over.abort();
}
