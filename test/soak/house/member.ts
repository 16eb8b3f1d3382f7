import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Random } from '../../support/random.js';

/** One Longplay process of the house, started again whenever it has ended. */
export interface Member {
  readonly name: string;
  readonly kind: MemberKind;
  /** undefined while it is down. */
  pid: () => number | undefined;
  /** Resolves when it serves; after each start anew. */
  ready: () => Promise<void>;
  stop: () => Promise<void>;
}

export type MemberKind = 'api' | 'core' | 'cpu' | 'gpu' | 'longplay';

export interface MemberOptions {
  name: string;
  kind: MemberKind;
  command: readonly string[];
  environment: Record<string, string>;
  ready: RegExp;
  logFolder: string;
  random: Random;
  /** What it said of itself when it was ready. */
  onReady: (said: string) => void;
  /** It ended by itself after it had been ready, with its exit status. */
  onDeath: (death: { name: string; code: number | null; atMs: number }) => void;
}

const MAX_DOWN_MS = 5_000;
const STOP_GRACE_MS = 30_000;

export function startMember(options: MemberOptions): Member {
  const state: State = { child: undefined, serving: deferred(), stopping: false };
  const log = createWriteStream(path.join(options.logFolder, `${options.name}.log`), { flags: 'a' });
  const running = keepUp(options, state, log);
  return {
    name: options.name,
    kind: options.kind,
    pid: () => state.child?.pid,
    ready: () => state.serving.promise,
    stop: async () => {
      state.stopping = true;
      state.child?.kill('SIGTERM');
      const late = setTimeout(() => state.child?.kill('SIGKILL'), STOP_GRACE_MS);
      await running;
      clearTimeout(late);
      log.end();
    },
  };
}

interface State {
  child: ChildProcess | undefined;
  serving: { promise: Promise<void>; resolve: () => void };
  stopping: boolean;
}

async function keepUp(options: MemberOptions, state: State, log: WriteStream): Promise<void> {
  while (!isStopping(state)) {
    const served = await runOnce(options, state, log);
    state.child = undefined;
    if (served) state.serving = deferred();
    if (!isStopping(state)) await sleep(options.random.between(0, MAX_DOWN_MS));
  }
}

/** Until it ends; true when it had been ready. */
async function runOnce(options: MemberOptions, state: State, log: WriteStream): Promise<boolean> {
  const child = spawn(process.execPath, ['dist/main.js', ...options.command], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  state.child = child;
  const told = { said: '', ready: false };
  const listen = (data: Buffer): void => {
    log.write(data);
    if (told.ready) return;
    told.said += data.toString();
    if (!options.ready.test(told.said)) return;
    told.ready = true;
    options.onReady(told.said);
    state.serving.resolve();
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (...end) => {
      resolve(end);
    });
  });
  if (told.ready && signal === null && !isStopping(state)) {
    options.onDeath({ name: options.name, code, atMs: Date.now() });
  }
  return told.ready;
}

function deferred(): State['serving'] {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** As a call, since the compiler takes a flag's state for fixed between two looks. */
function isStopping(state: State): boolean {
  return state.stopping;
}
