import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { createHttpClient, type HttpClient } from '../../src/cli/http-client.js';

/** The built service as its own process, as a person starts it. */
export interface ServiceProcess {
  pid: number;
  url: string;
  client: HttpClient;
  /** As the power cut does: nothing is tidied up. */
  kill: () => Promise<void>;
  /** SIGTERM; resolves with the exit status. */
  stop: () => Promise<number | null>;
}

const READY = /Longplay is ready: (\S+)/;
const READY_MS = 60_000;

export async function startService(dataFolder: string): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['dist/main.js', 'up'], {
    env: {
      ...process.env,
      LONGPLAY_DATA: dataFolder,
      LONGPLAY_PORT: '0',
      LONGPLAY_LOG_LEVEL: 'warn',
      LONGPLAY_DOWNLOAD_INTERFACE: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const url = await untilReady(child, exited);
  const token = (await readFile(path.join(dataFolder, 'cli-token'), 'utf8')).trim();
  return {
    pid: child.pid ?? 0,
    url,
    client: createHttpClient({ baseUrl: url, token }),
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

function untilReady(child: ChildProcess, exited: Promise<number | null>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Longplay was not ready in ${READY_MS} ms: ${said.slice(-2_000)}`));
    }, READY_MS);
    const listen = (data: Buffer): void => {
      said += data.toString();
      const url = READY.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    void exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`Longplay ended with ${code}: ${said.slice(-2_000)}`));
    });
  });
}
