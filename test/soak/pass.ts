import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for so long, or until `halt`. */
export async function pass(ms: number, halt: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: halt }).catch(() => undefined);
}
