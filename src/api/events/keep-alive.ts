import type { EventWriter } from './event-writer.js';

/** A comment so often, so that proxies and readers can tell a quiet stream from a dead one (jobs.md §7). */
export const ALIVE_MS = 15_000;

export interface KeepAlive {
  /** Ends the stream when its log-in is over. */
  checkLogIn: () => void;
  stop: () => void;
}

/** Gives signs of life, and asks with each whether the reader may still see what comes. */
export function createKeepAlive(
  writer: EventWriter,
  options: { everyMs: number; stillAllowed: () => Promise<boolean> },
): KeepAlive {
  const checkLogIn = (): void => {
    options.stillAllowed().then(
      (allowed) => {
        if (!allowed) writer.end('closed: the log-in is over');
      },
      // While Postgres is away nobody's log-in can end; the next sign of life asks again.
      () => undefined,
    );
  };
  const timer = setInterval(() => {
    writer.comment('alive');
    checkLogIn();
  }, options.everyMs);
  return {
    checkLogIn,
    stop: () => {
      clearInterval(timer);
    },
  };
}
