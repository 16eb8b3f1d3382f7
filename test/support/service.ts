import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { createHttpClient, type HttpClient } from '../../src/cli/http-client.js';

/** A command of the built program that serves, as its own process. */
export interface StartedProcess {
  pid: number;
  /** What it said of itself when it was ready, by the first group of `ready`. */
  told: string;
  /** As the power cut does: nothing is tidied up. */
  kill: () => Promise<void>;
  /** SIGTERM; resolves with the exit status. */
  stop: () => Promise<number | null>;
}

/** The service with its API, as a person starts it. */
export interface ServiceProcess extends StartedProcess {
  url: string;
  client: HttpClient;
}

export interface Command {
  command: string[];
  environment?: Record<string, string>;
}

const READY = /(?:Longplay|The API) is ready: (\S+)/;
const READY_MS = 60_000;

export async function startService(
  dataFolder: string,
  { command, environment }: Command = { command: ['up'] },
): Promise<ServiceProcess> {
  const started = await startProcess(dataFolder, {
    command,
    ready: READY,
    environment: { LONGPLAY_PORT: '0', LONGPLAY_DOWNLOAD_INTERFACE: '127.0.0.1', ...environment },
  });
  const token = (await readFile(path.join(dataFolder, 'cli-token'), 'utf8')).trim();
  const url = started.told;
  return { ...started, url, client: createHttpClient({ baseUrl: url, token }) };
}

export async function startProcess(
  dataFolder: string,
  { command, environment, ready }: Command & { ready: RegExp },
): Promise<StartedProcess> {
  const child = spawn(process.execPath, ['dist/main.js', ...command], {
    env: {
      ...process.env,
      LONGPLAY_DATA: dataFolder,
      LONGPLAY_LOG_LEVEL: 'warn',
      LONGPLAY_DEMO_JOBS: 'true',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  return {
    told: await untilReady(child, { exited, ready }),
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

function untilReady(
  child: ChildProcess,
  { exited, ready }: { exited: Promise<number | null>; ready: RegExp },
): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Longplay was not ready in ${READY_MS} ms: ${said.slice(-2_000)}`));
    }, READY_MS);
    const listen = (data: Buffer): void => {
      said += data.toString();
      const told = ready.exec(said)?.[1];
      if (told === undefined) return;
      clearTimeout(timer);
      resolve(told);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    void exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`Longplay ended with ${code}: ${said.slice(-2_000)}`));
    });
  });
}
