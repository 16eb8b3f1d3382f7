import { setTimeout as sleep } from 'node:timers/promises';

import { Fault } from '../domain/faults.js';
import type { Exit, LifelineChild } from '../lifeline.js';
import { createCrashCount, type CrashCount, type CrashLimit } from './crash-count.js';
import { endFormer, noteProcess } from './former-process.js';
import { identityOf } from './process-identity.js';
import { startFault } from './start-fault.js';

/** One embedded server: started, watched, restarted when it dies, stopped. */
export interface Service {
  readonly name: string;
  /** Of the process that runs; undefined while it is down. */
  readonly pid: () => number | undefined;
  stop: () => Promise<void>;
}

export interface ServiceLog {
  info: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
}

export interface ServiceOptions {
  name: string;
  log: ServiceLog;
  /** Notes its process, so that what a killed owner left is told and ended before another starts. */
  processFile: string;
  /** Whatever must be done before each start, while no server runs. */
  prepare?: (halt: AbortSignal) => Promise<void>;
  spawn: () => LifelineChild;
  /** Whether `child` itself serves, not another on its port. A Fault ends the start at once. */
  ready: (child: LifelineChild) => Promise<boolean>;
  readyWithinMs: number;
  /** Leaves one alone for a while that keeps crashing; without it, it is tried again for ever. */
  crashLimit?: CrashLimit;
  /** Told when it is held for its crashes, and with undefined once it is well again. */
  onTrouble?: (trouble: ServiceTrouble | undefined) => void;
}

/** What somebody should look at. */
export interface ServiceTrouble {
  message: string;
  remedy: string;
}

const FIRST_RESTART_MS = 200;
const MAX_RESTART_MS = 10_000;
/** A server that lived this long begins its back-off anew. */
const STABLE_MS = 60_000;
const STOP_GRACE_MS = 8_000;
const READY_POLL_MS = 50;

/**
 * Keeps a server running, on the same port and data each time, so that clients just reconnect. The first
 * start's failure is thrown; later ones are tried again after 0.2 s doubling to 10 s.
 */
export async function keepRunning(options: ServiceOptions): Promise<Service> {
  const halt = new AbortController();
  const state: State = {
    child: await start(options, halt.signal),
    isUp: true,
    wait: FIRST_RESTART_MS,
    crashes: options.crashLimit === undefined ? undefined : createCrashCount(options.crashLimit),
  };
  const watching = watch(options, { state, halt: halt.signal });
  return {
    name: options.name,
    pid: () => (state.isUp ? state.child.pid : undefined),
    stop: async () => {
      halt.abort();
      await state.child.stop({ graceMs: STOP_GRACE_MS });
      await watching;
    },
  };
}

interface State {
  child: LifelineChild;
  isUp: boolean;
  /** The next back-off, ms. */
  wait: number;
  crashes: CrashCount | undefined;
}

interface Watched {
  state: State;
  halt: AbortSignal;
}

async function watch(options: ServiceOptions, watched: Watched): Promise<void> {
  const { state, halt } = watched;
  while (!halt.aborted) {
    const since = performance.now();
    const exit = await untilExit(options, state);
    state.isUp = false;
    if (isAborted(halt)) return;
    if (performance.now() - since > STABLE_MS) state.wait = FIRST_RESTART_MS;
    options.log.warn(
      { service: options.name, ...exit, stderr: state.child.stderrTail().slice(-1_000) },
      'an embedded service died; it is started again',
    );
    await restart(options, watched);
  }
}

/** While it was held, the news that it is well again comes once it has lived for long enough. */
async function untilExit({ crashLimit, onTrouble }: ServiceOptions, state: State): Promise<Exit> {
  const { crashes, child } = state;
  if (crashes?.isHeld() !== true) return child.exited;
  const timer = setTimeout(() => {
    crashes.settled();
    onTrouble?.(undefined);
  }, crashLimit?.stableMs);
  return child.exited.finally(() => {
    clearTimeout(timer);
  });
}

/** How long to wait before the next start, after one more crash. */
function nextWait(options: ServiceOptions, state: State): number {
  const { name, log, crashLimit, onTrouble } = options;
  if (crashLimit !== undefined && state.crashes?.crashed() === true) {
    const trouble = troubleOf(options, { crashLimit, said: state.child.stderrTail() });
    log.warn({ service: name }, trouble.message);
    onTrouble?.(trouble);
    return crashLimit.holdMs;
  }
  const { wait } = state;
  state.wait = Math.min(wait * 2, MAX_RESTART_MS);
  return wait;
}

function troubleOf(
  { name }: ServiceOptions,
  { crashLimit, said }: { crashLimit: CrashLimit; said: string },
): ServiceTrouble {
  const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;
  const { crashes, withinMs, holdMs } = crashLimit;
  const last = said.trim().slice(-300);
  return {
    message: `${name} crashed ${crashes} times within ${minutes(withinMs)} and is held${last === '' ? '' : `: ${last}`}`,
    remedy: `See the log of Longplay; it is tried again every ${minutes(holdMs)}, and when Longplay is started`,
  };
}

async function restart(options: ServiceOptions, { state, halt }: Watched): Promise<void> {
  const { name, log } = options;
  while (!halt.aborted) {
    await sleep(nextWait(options, state), undefined, { signal: halt }).catch(() => undefined);
    if (isAborted(halt)) return;
    try {
      state.child = await start(options, halt);
      state.isUp = true;
    } catch (error) {
      if (isAborted(halt)) return;
      log.warn({ service: name, err: error }, 'the embedded service could not be started; it is tried again');
      continue;
    }
    // A stop that came meanwhile met the dead child only.
    if (isAborted(halt)) await state.child.stop({ graceMs: STOP_GRACE_MS });
    else log.info({ service: name }, 'the embedded service is back');
    return;
  }
}

async function start(options: ServiceOptions, halt: AbortSignal): Promise<LifelineChild> {
  await endFormer(options.processFile);
  await options.prepare?.(halt);
  halt.throwIfAborted();
  const child = options.spawn();
  const end = (): void => void child.stop();
  halt.addEventListener('abort', end, { once: true });
  try {
    noteProcess(options.processFile, child.pid);
    await untilReady(child, options);
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    halt.removeEventListener('abort', end);
  }
}

async function untilReady(
  child: LifelineChild,
  { name, ready, readyWithinMs }: ServiceOptions,
): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  const dead = child.exited.then(() => true);
  for (;;) {
    const answered = await Promise.race([dead.then(() => false), isReady(child, ready)]);
    // The answer may be another server's, and the news of our child's death may be on its way still.
    const ended = answered
      ? identityOf(child.pid) === undefined
      : await Promise.race([dead, sleep(READY_POLL_MS).then(() => false)]);
    if (ended) {
      await dead;
      throw startFault(name, 'it ended at once', child.stderrTail());
    }
    if (answered) return;
    if (performance.now() > deadline) {
      const came = `it was not ready after ${Math.round(readyWithinMs / 1_000)} s`;
      throw startFault(name, came, child.stderrTail());
    }
  }
}

async function isReady(child: LifelineChild, ready: ServiceOptions['ready']): Promise<boolean> {
  try {
    return await ready(child);
  } catch (error) {
    if (error instanceof Fault) throw error;
    return false;
  }
}

/** As a call, since the compiler takes a signal's state for fixed between two looks. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
