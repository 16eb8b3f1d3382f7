import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The one wrapper around every child process (design §4). A watcher holds the read end of a pipe whose write
 * end only the owner has: end of file there means that the owner is gone, however it died, and the child gets
 * its stop signal, 5 s, and its whole group KILL. Then the shell becomes the command, so that signals and exit
 * status are the command's own: a shell that hands signals on loses those that come while it forks (measured:
 * 4 of 300 at start). The command comes as arguments, never as text.
 */
const WRAPPER = `
own_group=$1
signal=$2
shift 2
exec 3<&0 </dev/null
(
  (
    trap '' TERM INT HUP
    cat <&3
    kill -s $signal $$
    i=0
    while [ $i -lt 50 ] && kill -0 $$; do sleep 0.1; i=$((i + 1)); done
    kill -s KILL $$
    [ $own_group = yes ] && kill -s KILL 0
  ) >/dev/null 2>&1 &
)
exec "$@" 3<&-
`;

/**
 * The wrapper as a program of its own, for libraries that start a program by its path. Its stdin is the
 * lifeline. It takes a process group of its own where the system has setsid, since the library did not.
 */
export function lifelineScript(command: readonly string[]): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return `#!/bin/sh
if [ -z "\${LONGPLAY_OWN_GROUP:-}" ]; then
  command -v setsid >/dev/null && LONGPLAY_OWN_GROUP=yes exec setsid "$0" "$@"
fi
group=\${LONGPLAY_OWN_GROUP:-no}
unset LONGPLAY_OWN_GROUP
set -- "$group" TERM ${quoted} "$@"
${WRAPPER}`;
}

const STDERR_TAIL = 8_192;
const DEFAULT_GRACE_MS = 5_000;
const LAST_WORDS_MS = 1_000;
const COLLECTED_MS = 20;

export interface LifelineOptions {
  command: string;
  args: readonly string[];
  /** For messages. */
  name: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Run as this user; needs root. */
  uid?: number;
  gid?: number;
  /**
   * Scheduling niceness; media children run at 10 (design §3). Linux derives the disk's priority from it
   * (`ionice(1)`: a process without a class of its own), so there is no ionice here.
   */
  nice?: number;
  /** What asks the command to end; Postgres wants INT, its fast shutdown. Default TERM. */
  stopSignal?: 'TERM' | 'INT';
  /** Given as a stream, kept with the tail of stderr, or discarded (the default). */
  stdout?: 'pipe' | 'tail' | 'ignore';
  /** Hears all that it says on stderr, of which only the tail is kept. */
  onStderr?: (text: string) => void;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface LifelineChild {
  readonly name: string;
  /** Its process id, which is its group's too. */
  readonly pid: number;
  readonly stdout: Readable | null;
  /** Resolves once the child and what is left of its group are gone; never rejects. */
  readonly exited: Promise<Exit>;
  /** The last 8 kB of what it said on stderr. */
  stderrTail: () => string;
  /** The stop signal to the command, KILL to the whole group after the grace; resolves when all are gone. */
  stop: (options?: { graceMs?: number }) => Promise<void>;
}

/** @throws the system's error when the shell cannot be started; a missing command exits with 127. */
export function spawnWithLifeline(options: LifelineOptions): LifelineChild {
  const niced = options.nice === undefined ? [] : ['nice', '-n', String(options.nice)];
  const stdio: StdioOptions = ['pipe', (options.stdout ?? 'ignore') === 'ignore' ? 'ignore' : 'pipe', 'pipe'];
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      WRAPPER,
      options.name,
      'yes',
      options.stopSignal ?? 'TERM',
      ...niced,
      options.command,
      ...options.args,
    ],
    {
      stdio,
      cwd: options.cwd,
      env: options.env ?? process.env,
      // A group of its own: a terminal's Ctrl-C reaches the owner, which then stops its children in order.
      detached: true,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.name} could not be started`);
  const tail = keepTail(options.stdout === 'tail' ? [child.stderr, child.stdout] : [child.stderr]);
  if (options.onStderr !== undefined) child.stderr?.on('data', options.onStderr);
  const exited = untilExit(child, { pid, reads: options.stdout === 'pipe' });
  child.stdin?.on('error', () => undefined);
  const signal = options.stopSignal === 'INT' ? 'SIGINT' : 'SIGTERM';
  return {
    name: options.name,
    pid,
    stdout: options.stdout === 'pipe' ? child.stdout : null,
    exited,
    stderrTail: tail,
    stop: ({ graceMs = DEFAULT_GRACE_MS } = {}) => stop(child, { pid, signal, exited, graceMs }),
  };
}

async function stop(
  child: ChildProcess,
  {
    pid,
    signal,
    exited,
    graceMs,
  }: { pid: number; signal: NodeJS.Signals; exited: Promise<unknown>; graceMs: number },
): Promise<void> {
  child.kill(signal);
  const timer = setTimeout(() => {
    killGroup(pid);
  }, graceMs);
  await exited;
  clearTimeout(timer);
}

function killGroup(leader: number): void {
  signalGroup(leader, 'SIGKILL');
}

/** False when there is no such group (any more). */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch (error) {
    // macOS answers EPERM for a group of which only zombies are left.
    if (['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/**
 * What the command leaves behind in its group goes with it; the watcher holds the group's number until then.
 * Its pipes may outlive even that: a process in a session of its own (Postgres's, after `kill -9` of their
 * master) holds them until it ends. Only who reads its stdout waits for that; last words get a moment.
 */
function untilExit(child: ChildProcess, { pid, reads }: { pid: number; reads: boolean }): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve({ code: null, signal: null });
    });
    const closed = new Promise((close) => child.once('close', close));
    child.once('exit', (code, signal) => {
      killGroup(pid);
      const patience = new AbortController();
      const moment = sleep(LAST_WORDS_MS, undefined, { signal: patience.signal }).catch(() => undefined);
      void Promise.race([closed, ...(reads ? [] : [moment])])
        .then(() => untilGroupGone(pid))
        .then(() => {
          patience.abort();
          resolve({ code, signal });
        });
    });
  });
}

/** Killed, but init has to collect them; where it does not (a container without one), nobody waits for it. */
async function untilGroupGone(leader: number): Promise<void> {
  const deadline = performance.now() + COLLECTED_MS;
  while (signalGroup(leader, 0) && performance.now() < deadline) await sleep(5);
}

function keepTail(streams: (Readable | null)[]): () => string {
  let tail = '';
  for (const stream of streams) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-STDERR_TAIL);
    });
  }
  return () => tail;
}
