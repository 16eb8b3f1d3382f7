import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { choosePort } from '../../src/embedded/ports.js';
import { createAria2Client } from '../../src/integrations/download-clients/aria2/client.js';
import { createAria2Rpc } from '../../src/integrations/download-clients/aria2/rpc.js';
import type { DownloadClient } from '../../src/integrations/download-clients/port.js';
import { spawnWithLifeline, type LifelineChild } from '../../src/lifeline.js';
import { eventually } from './eventually.js';
import { findProcesses } from './processes.js';

/** A real aria2 of a test's own, on loopback, that keeps its session in a file. */
export interface Aria2Process {
  client: DownloadClient;
  rpcUrl: string;
  secret: string;
  session: string;
  /** A method of aria2's, past our adapter: what another program or a person does. */
  call: (method: string, ...params: unknown[]) => Promise<unknown>;
  /** `kill -9`, and gone. */
  kill: () => Promise<void>;
  /** `forget`: without its session file, as after a lost disk. */
  restart: (options?: { forget: boolean }) => Promise<void>;
  stop: () => Promise<void>;
}

const SECRET = 'of-this-test';

export async function startAria2Process(folder: string, extra: string[] = []): Promise<Aria2Process> {
  const port = await choosePort(0);
  const rpcUrl = `http://127.0.0.1:${port}/jsonrpc`;
  const work = path.join(folder, `aria2-${port}`);
  const session = path.join(work, 'session');
  await mkdir(work, { recursive: true });
  await writeFile(session, '');
  const client = createAria2Client({ id: 'aria2', rpcUrl, secret: SECRET });
  const rpc = createAria2Rpc({ rpcUrl, secret: SECRET });
  let child: LifelineChild;
  const start = async (): Promise<void> => {
    const args = [...argumentsFor({ port, work, session }), ...extra];
    child = spawnWithLifeline({ name: 'aria2', command: 'aria2c', cwd: work, args });
    const answers = (): Promise<boolean> =>
      client.probe(AbortSignal.timeout(1_000)).then(
        () => true,
        () => false,
      );
    await eventually(answers);
  };
  await start();
  return {
    client,
    rpcUrl,
    secret: SECRET,
    session,
    call: (method, ...params) => rpc.call(method, params, z.unknown(), AbortSignal.timeout(10_000)),
    kill: async () => {
      for (const { pid, name } of await findProcesses(`--rpc-listen-port=${port}`))
        if (name === 'aria2c') process.kill(pid, 'SIGKILL');
      await child.exited;
    },
    restart: async ({ forget } = { forget: false }) => {
      if (forget) await writeFile(session, '');
      await start();
    },
    stop: () => child.stop(),
  };
}

function argumentsFor({ port, work, session }: { port: number; work: string; session: string }): string[] {
  return [
    ...['--no-conf', '--quiet', '--enable-rpc', `--rpc-listen-port=${port}`, `--rpc-secret=${SECRET}`],
    ...['--rpc-max-request-size=64M', '--rpc-save-upload-metadata=false', `--dir=${work}`],
    ...[`--input-file=${session}`, `--save-session=${session}`, '--save-session-interval=1'],
    ...['--interface=127.0.0.1', '--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false'],
    ...['--enable-peer-exchange=false', '--auto-file-renaming=false', '--auto-save-interval=1'],
    ...['--keep-unfinished-download-result=true', '--seed-ratio=0.0', '--bt-detach-seed-only=true'],
    ...['--bt-tracker-interval=2', '--follow-torrent=false', '--bt-stop-timeout=0'],
  ];
}
