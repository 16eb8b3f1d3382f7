import { setTimeout as sleep } from 'node:timers/promises';

import type { LifelineChild } from '../lifeline.js';
import { endFormer, noteProcess } from './former-process.js';

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
const STOP_GRACE_MS = 8_000;

/**
 * Keeps a server running: `start` gives a child that is ready, on the same port and data each time, so
 * that clients just reconnect. What a killed owner left of it is ended first, told by `processFile`. The
 * first start's failure is thrown; later ones are tried again after 0.2 s doubling to 10 s.
 */
export async function keepRunning(options: {
  name: string;
  log: ServiceLog;
  processFile: string;
  start: () => Promise<LifelineChild>;
}): Promise<Service> {
  const { name, processFile } = options;
  const halt = new AbortController();
  const start = async (): Promise<LifelineChild> => {
    await endFormer(processFile);
    const child = await options.start();
    await noteProcess(processFile, child.pid);
    return child;
  };
  const state: State = { child: await start(), wait: FIRST_RESTART_MS };
  const watching = watch({ ...options, start, state, halt: halt.signal });
  return {
    name,
    pid: () => state.child.pid,
    stop: async () => {
      halt.abort();
      await state.child.stop({ graceMs: STOP_GRACE_MS });
      await watching;
    },
  };
}

interface State {
  child: LifelineChild;
  /** The next back-off, ms. */
  wait: number;
}

interface Watch {
  name: string;
  log: ServiceLog;
  start: () => Promise<LifelineChild>;
  state: State;
  halt: AbortSignal;
}

async function watch(watched: Watch): Promise<void> {
  const { name, log, state, halt } = watched;
  while (!halt.aborted) {
    const since = performance.now();
    const { code, signal } = await state.child.exited;
    if (isAborted(halt)) return;
    if (performance.now() - since > STABLE_MS) state.wait = FIRST_RESTART_MS;
    log.warn(
      { service: name, code, signal, stderr: state.child.stderrTail().slice(-1_000) },
      'an embedded service died; it is started again',
    );
    await restart(watched);
  }
}

async function restart({ name, log, start, state, halt }: Watch): Promise<void> {
  while (!halt.aborted) {
    await sleep(state.wait, undefined, { signal: halt }).catch(() => undefined);
    state.wait = Math.min(state.wait * 2, MAX_RESTART_MS);
    if (isAborted(halt)) return;
    try {
      state.child = await start();
    } catch (error) {
      log.warn({ service: name, err: error }, 'the embedded service could not be started; it is tried again');
      continue;
    }
    // A stop that came meanwhile met the dead child only.
    if (isAborted(halt)) await state.child.stop({ graceMs: STOP_GRACE_MS });
    else log.info({ service: name }, 'the embedded service is back');
    return;
  }
}

/** As a call, since the compiler takes a signal's state for fixed between two looks. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
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
