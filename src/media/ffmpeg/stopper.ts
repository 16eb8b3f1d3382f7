import { normalizeError } from '../../domain/faults.js';

const KILL_AFTER_MS = 5_000;
/**
 * The first TERM makes FFmpeg flush its encoder: 16 to 20 s of 2160p on two cores, all of which is thrown away. At the
 * fourth it leaves at once (measured with 5.1 and 9: 0.3 s). Signals that come too close together count as one.
 */
const TERMS = 4;
const BETWEEN_TERMS_MS = 50;

export interface Stopper {
  /** To be called once the process exists. */
  started: () => void;
  /** Ends FFmpeg for `reason`, unless it is being ended already. */
  stop: (reason: Error) => void;
  /** Why it was ended; undefined where we have not. */
  readonly reason: Error | undefined;
  release: () => void;
}

/** TERM until it obeys, then KILL; the program that fluent-ffmpeg started has become FFmpeg (program.ts). */
export function createStopper(command: { kill: (signal: string) => unknown }, signal: AbortSignal): Stopper {
  const timers: NodeJS.Timeout[] = [];
  let reason: Error | undefined;
  let exists = false;
  const kill = (): void => {
    if (timers.length > 0) return;
    for (let term = 0; term < TERMS; term += 1)
      timers.push(setTimeout(() => command.kill('SIGTERM'), term * BETWEEN_TERMS_MS));
    timers.push(setTimeout(() => command.kill('SIGKILL'), KILL_AFTER_MS));
  };
  const stop = (why: Error): void => {
    reason ??= why;
    // A signal before the start finds nothing to kill, and fluent-ffmpeg forgets it.
    if (exists) kill();
  };
  const onAbort = (): void => {
    stop(normalizeError(signal.reason));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    stop,
    get reason() {
      return reason;
    },
    started: () => {
      exists = true;
      if (reason !== undefined) kill();
    },
    release: () => {
      signal.removeEventListener('abort', onAbort);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
