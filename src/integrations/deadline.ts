/**
 * Runs one call that ends at the latest with `signal` or after `timeoutMs`; the signal that it gets is aborted then.
 * Not by AbortSignal.any and AbortSignal.timeout: on Node 20 a garbage collection takes both away while only a fetch
 * waits for them, and the call hangs for ever.
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
    controller.abort(new DOMException(`It took longer than ${timeoutMs} ms`, 'TimeoutError'));
  }, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
