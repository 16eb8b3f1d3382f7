import { setTimeout as sleep } from 'node:timers/promises';

import type { LifelineChild } from '../lifeline.js';

/** One embedded server: started, watched, restarted when it dies, stopped. */
export interface Service {
  readonly name: string;
  readonly pid: () => number | undefined;
  stop: () => Promise<void>;
}

export interface ServiceLog {
  info: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
}

const FIRST_RESTART_MS = 200;
const MAX_RESTART_MS = 10_000;
/** A server that lived this long begins its back-off anew. */
const STABLE_MS = 60_000;

/**
 * Keeps a server running: `start` gives a child that is ready, on the same port and data each time, so
 * that clients just reconnect. The first start's failure is thrown; later ones are tried again.
 */
export async function keepRunning(options: {
  name: string;
  log: ServiceLog;
  start: () => Promise<LifelineChild>;
}): Promise<Service> {
  const { name, log, start } = options;
  const state = { child: await start(), stopping: false, wait: FIRST_RESTART_MS };
  const halt = new AbortController();
  const watch = async (): Promise<void> => {
    while (!halt.signal.aborted) {
      const since = performance.now();
      const { code, signal } = await state.child.exited;
      if (isStopping(state)) return;
      if (performance.now() - since > STABLE_MS) state.wait = FIRST_RESTART_MS;
      log.warn(
        { service: name, code, signal, stderr: state.child.stderrTail().slice(-1_000) },
        'an embedded service died; it is started again',
      );
      await restart();
    }
  };
  const restart = async (): Promise<void> => {
    while (!isStopping(state)) {
      await sleep(state.wait, undefined, { signal: halt.signal }).catch(() => undefined);
      state.wait = Math.min(state.wait * 2, MAX_RESTART_MS);
      if (isStopping(state)) return;
      try {
        state.child = await start();
        log.info({ service: name }, 'the embedded service is back');
        return;
      } catch (error) {
        log.warn(
          { service: name, err: error },
          'the embedded service could not be started; it is tried again',
        );
      }
    }
  };
  const watching = watch();
  return {
    name,
    pid: () => state.child.pid,
    stop: async () => {
      state.stopping = true;
      halt.abort();
      await state.child.stop({ graceMs: 8_000 });
      await watching;
    },
  };
}

function isStopping(state: { stopping: boolean }): boolean {
  return state.stopping;
}

/** Waits until `ready` answers true; ends early when the child dies. @throws Error with the end of its stderr. */
export async function untilReady(
  child: LifelineChild,
  { ready, timeoutMs }: { ready: () => Promise<boolean>; timeoutMs: number },
): Promise<LifelineChild> {
  const deadline = performance.now() + timeoutMs;
  const dead = child.exited.then(() => true);
  for (;;) {
    if (await ready().catch(() => false)) return child;
    const ended = await Promise.race([dead, sleep(50).then(() => false)]);
    if (ended || performance.now() > deadline) {
      await child.stop();
      const why = ended ? 'ended at once' : `was not ready after ${Math.round(timeoutMs / 1_000)} s`;
      throw new Error(`${child.name} ${why}: ${child.stderrTail().trim().slice(-1_500)}`);
    }
  }
}
