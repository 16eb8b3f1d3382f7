/**
 * Aborts at the first Ctrl-C, so that the terminal is given back in order, or when nobody reads any more, as
 * after `longplay job watch X | head -1`. A second Ctrl-C ends the process.
 */
export function listenForInterruption(stdout: NodeJS.WritableStream): {
  signal: AbortSignal;
  release: () => void;
} {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  process.once('SIGINT', abort);
  stdout.once('error', abort);
  return {
    signal: controller.signal,
    release: () => {
      process.removeListener('SIGINT', abort);
      stdout.removeListener('error', abort);
    },
  };
}
