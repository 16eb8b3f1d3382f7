import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';

export interface StartedProgram {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far. */
  stdout: () => string;
  stderr: () => string;
  ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
}

/** The built program as its own process, as a shell starts it; of our own environment it has PATH alone. */
export function startProgram(
  argv: readonly string[],
  { environment, cwd }: { environment: Record<string, string>; cwd?: string },
): StartedProgram {
  const child = spawn(process.execPath, [path.resolve('dist/main.js'), ...argv], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([status]) => ({
    status: status as number | null,
    stdout,
    stderr,
  }));
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}
