import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';

import type { ExitStatus } from '../../src/cli/exit-status.js';
import type { TextStream } from '../../src/cli/output.js';
import type { ProgramDeps } from '../../src/cli/program-deps.js';
import { runProgram } from '../../src/cli/run-program.js';
import { loadConfig } from '../../src/config.js';

export interface Ran {
  status: ExitStatus;
  stdout: string;
  stderr: string;
}

export interface CaughtStream {
  stream: TextStream;
  text: () => string;
  /** Resolves when the text so far matches. */
  until: (pattern: RegExp) => Promise<void>;
}

export function catchStream(terminal?: { columns: number; rows: number }): CaughtStream {
  let text = '';
  const waiting = new Set<() => void>();
  const stream: TextStream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      for (const look of waiting) look();
      done();
    },
  });
  if (terminal !== undefined) Object.assign(stream, { isTTY: true, ...terminal });
  return {
    stream,
    text: () => text,
    until: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Runs a whole command line in this process against `url`, with an empty data folder. */
export async function runCli(
  argv: string[],
  options: {
    url?: string;
    environment?: Record<string, string>;
    stdin?: string;
    /** Whether somebody sits there to answer. */
    isTerminal?: boolean;
    stdout?: CaughtStream;
    stderr?: CaughtStream;
    commands?: Partial<Pick<ProgramDeps, 'up' | 'demo' | 'api' | 'worker'>>;
  } = {},
): Promise<Ran> {
  const folder = await mkdtemp(path.join(tmpdir(), 'longplay-cli-'));
  const stdout = options.stdout ?? catchStream();
  const stderr = options.stderr ?? catchStream();
  const nothing = (): Promise<void> => Promise.resolve();
  try {
    const status = await runProgram(
      {
        up: nothing,
        demo: nothing,
        api: nothing,
        worker: nothing,
        ...options.commands,
        env: loadConfig({
          LONGPLAY_DATA: folder,
          LONGPLAY_URL: options.url,
          LONGPLAY_TOKEN: 'lp_test',
          ...options.environment,
        }),
        stdout: stdout.stream,
        stderr: stderr.stream,
        stdin: Object.assign(typed(options.stdin ?? ''), { isTTY: options.isTerminal ?? false }),
        version: '1.2.3',
      },
      argv,
    );
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* typed(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}
