import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';

/**
 * The one wrapper around every child process (design §4). It holds the read end of a pipe whose write
 * end only the owner has: end of file there means that the owner is gone, however it died, and the
 * child's whole group gets TERM, 5 s, KILL. The command comes as arguments, never as text.
 */
const WRAPPER = `
own_group=$1
signal=$2
shift 2
child=
told=
trap 'told=yes; [ -n "$child" ] && kill -s $signal $child 2>/dev/null' TERM INT HUP
exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
[ -n "$told" ] && kill -s $signal $child 2>/dev/null
(
  trap '' TERM INT HUP
  cat <&3
  kill -s $signal $child
  i=0
  while [ $i -lt 50 ] && kill -0 $child; do sleep 0.1; i=$((i + 1)); done
  kill -s KILL $child
  [ $own_group = yes ] && kill -s KILL 0
) >/dev/null 2>&1 &
exec 3<&-
while :; do
  wait $child
  code=$?
  kill -0 $child 2>/dev/null || break
done
exit $code
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
  /** Gives stdout as a stream; otherwise it is discarded. */
  stdout?: 'pipe' | 'ignore';
}

export interface LifelineChild {
  readonly name: string;
  /** The wrapper's process id. */
  readonly pid: number;
  readonly stdout: Readable | null;
  /** Resolves once the child and its wrapper are gone; never rejects. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The last 8 kB of what it said on stderr. */
  stderrTail: () => string;
  /** The stop signal to the command, KILL to the whole group after the grace; resolves when all are gone. */
  stop: (options?: { graceMs?: number }) => Promise<void>;
}

/** @throws the system's error when the shell cannot be started; a missing command exits with 127. */
export function spawnWithLifeline(options: LifelineOptions): LifelineChild {
  const niced = options.nice === undefined ? [] : ['nice', '-n', String(options.nice)];
  const stdio: StdioOptions = ['pipe', options.stdout ?? 'ignore', 'pipe'];
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
  const tail = keepTail(child);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
    child.once('error', () => {
      resolve({ code: null, signal: null });
    });
  });
  // What the command leaves behind in its group goes with it; the wrapper's watcher still holds the group's number.
  child.once('exit', () => {
    killGroup(pid);
  });
  child.stdin?.on('error', () => undefined);
  return {
    name: options.name,
    pid,
    stdout: child.stdout,
    exited,
    stderrTail: tail,
    stop: ({ graceMs = DEFAULT_GRACE_MS } = {}) => stop(child, { pid, exited, graceMs }),
  };
}

async function stop(
  child: ChildProcess,
  { pid, exited, graceMs }: { pid: number; exited: Promise<unknown>; graceMs: number },
): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => {
    killGroup(pid);
  }, graceMs);
  await exited;
  clearTimeout(timer);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // macOS answers EPERM for a group of which only zombies are left.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL);
  });
  return () => tail;
}
