import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the condition holds; throws once `withinMs` is over. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  { withinMs = 20_000, everyMs = 20 }: { withinMs?: number; everyMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`Expected a condition within ${withinMs} ms: ${condition.toString()}`);
    await delay(everyMs);
  }
}
