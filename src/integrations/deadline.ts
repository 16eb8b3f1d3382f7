/** The call was not over in time. */
export class TooLate extends Error {
  constructor(timeoutMs: number) {
    super(`it took longer than ${timeoutMs} ms`);
    this.name = 'TooLate';
  }
}

/**
 * Runs one call that ends at the latest with `signal` or after `timeoutMs`: then it throws that one's reason, or TooLate,
 * and the signal that the call got is aborted. Not by AbortSignal.any with AbortSignal.timeout: on Node 20 a garbage
 * collection takes both away while only a fetch waits for them, and the call hangs for ever.
 */
export async function withDeadline<T>(
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(new TooLate(timeoutMs));
  }, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await run(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
