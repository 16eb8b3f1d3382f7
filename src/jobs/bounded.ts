import { setTimeout as sleep } from 'node:timers/promises';

/** Works through all items, at most `max` at a time, begun in order. @throws what the first failing work throws. */
export async function eachAtMost<Item>(
  max: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(max, items.length) }, lane));
}

/** Waits for the work, but no longer than `ms`; it goes on behind the caller's back and must not throw. */
export async function atMostFor(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const limit = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([work, limit]);
  over.abort();
}
