/**
 * Aborts at the first Ctrl-C or TERM, so that the job is cancelled in order; a second one ends the process. A
 * reader that went away, as `| head -1`, is no wish about the job. Until it is released the process stays, also
 * while a step waits for nothing but its signal.
 */
export function listenForCancel(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stay = setInterval(() => undefined, 3_600_000);
  const stopListening = (): void => {
    process.removeListener('SIGINT', cancel);
    process.removeListener('SIGTERM', cancel);
  };
  const cancel = (): void => {
    stopListening();
    controller.abort();
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  return {
    signal: controller.signal,
    release: () => {
      clearInterval(stay);
      stopListening();
    },
  };
}
