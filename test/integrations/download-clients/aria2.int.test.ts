import { mkdtempSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { choosePort } from '../../../src/embedded/ports.js';
import { createAria2Client } from '../../../src/integrations/download-clients/aria2/client.js';
import { spawnWithLifeline, type LifelineChild } from '../../../src/lifeline.js';
import { eventually } from '../../support/eventually.js';
import { findProcesses } from '../../support/processes.js';
import { describeDownloadClient } from './contract.js';

const folder = mkdtempSync(path.join(tmpdir(), 'longplay-aria2-'));
const secret = 'of-this-test';

describeDownloadClient({
  name: 'aria2',
  folder,
  abilities: { magnets: true, tags: false, noticesLostData: false },
  start: async () => {
    const port = await choosePort(0);
    const work = path.join(folder, 'aria2');
    await mkdir(work, { recursive: true });
    const client = createAria2Client({ id: 'aria2', rpcUrl: `http://127.0.0.1:${port}/jsonrpc`, secret });
    let child: LifelineChild;
    const start = async (): Promise<void> => {
      child = spawnWithLifeline({
        name: 'aria2',
        command: 'aria2c',
        cwd: work,
        args: [
          '--no-conf',
          '--quiet',
          '--enable-rpc',
          `--rpc-listen-port=${port}`,
          `--rpc-secret=${secret}`,
          '--rpc-max-request-size=64M',
          '--rpc-save-upload-metadata=false',
          `--dir=${work}`,
          '--interface=127.0.0.1',
          '--enable-dht=false',
          '--enable-dht6=false',
          '--bt-enable-lpd=false',
          '--enable-peer-exchange=false',
          '--auto-file-renaming=false',
          '--auto-save-interval=1',
          '--seed-ratio=0.0',
          '--bt-detach-seed-only=true',
        ],
      });
      await eventually(() =>
        client.probe(AbortSignal.timeout(1_000)).then(
          () => true,
          () => false,
        ),
      );
    };
    await start();
    return {
      client,
      refused: createAria2Client({
        id: 'aria2',
        rpcUrl: `http://127.0.0.1:${port}/jsonrpc`,
        secret: 'wrong',
      }),
      unreachable: createAria2Client({
        id: 'nobody',
        rpcUrl: `http://127.0.0.1:${await choosePort(0)}/jsonrpc`,
      }),
      kill: async () => {
        const found = (await findProcesses(`--rpc-listen-port=${port}`)).filter(
          ({ name }) => name === 'aria2c',
        );
        for (const { pid } of found) process.kill(pid, 'SIGKILL');
        await child.exited;
      },
      restart: start,
      stop: () => child.stop(),
    };
  },
});
