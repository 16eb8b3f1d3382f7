import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { choosePort } from '../../embedded/ports.js';
import { createAria2Client } from '../../integrations/download-clients/aria2/client.js';
import { createAria2Rpc } from '../../integrations/download-clients/aria2/rpc.js';
import { spawnWithLifeline } from '../../lifeline.js';
import type { MadeTorrent } from './torrent-maker.js';
import { z } from 'zod';

/** A real aria2 that seeds from a folder, on an address of its own beside the downloader's. */
export interface Seeder {
  seed: (torrent: MadeTorrent, directory: string) => Promise<void>;
  /** 0: without limit. */
  limitUpload: (bytesPerSecond: number) => Promise<void>;
  pid: number;
  close: () => Promise<void>;
}

const SECRET = 'seeder-of-the-demo';
const READY_MS = 10_000;

export async function startSeeder(options: {
  aria2Path: string;
  workFolder: string;
  host?: string;
}): Promise<Seeder> {
  const { aria2Path, workFolder, host = '127.0.0.2' } = options;
  await mkdir(workFolder, { recursive: true });
  const port = await choosePort(0);
  const child = spawnWithLifeline({
    name: 'seeder',
    command: aria2Path,
    cwd: workFolder,
    args: [
      '--no-conf',
      '--quiet',
      '--enable-rpc',
      `--rpc-listen-port=${port}`,
      `--rpc-secret=${SECRET}`,
      '--rpc-max-request-size=64M',
      `--dir=${path.resolve(workFolder)}`,
      `--interface=${host}`,
      '--enable-dht=false',
      '--enable-dht6=false',
      '--bt-enable-lpd=false',
      '--enable-peer-exchange=false',
      '--check-integrity=true',
      '--seed-ratio=0.0',
      '--seed-time=999',
      '--bt-tracker-interval=3',
      '--rpc-save-upload-metadata=false',
      '--bt-detach-seed-only=true',
      '--follow-torrent=false',
    ],
  });
  const rpcUrl = `http://127.0.0.1:${port}/jsonrpc`;
  const client = createAria2Client({ id: 'seeder', rpcUrl, secret: SECRET });
  const rpc = createAria2Rpc({ rpcUrl, secret: SECRET });
  const signal = AbortSignal.timeout(READY_MS);
  while (
    !(await client.probe(signal).then(
      () => true,
      () => false,
    ))
  ) {
    if (signal.aborted) throw new Error(`The seeder did not start: ${child.stderrTail()}`);
  }
  return {
    pid: child.pid,
    seed: async (torrent, directory) => {
      const clientItemId = client.itemIdFor('seed', torrent.infoHash);
      const { bytes, infoHash } = torrent;
      await client.add(
        {
          clientItemId,
          ownerKey: 'seed',
          name: infoHash,
          content: { kind: 'torrent', bytes, infoHash },
          directory,
          hostDirectory: directory,
          resume: true,
        },
        AbortSignal.timeout(READY_MS),
      );
    },
    limitUpload: async (bytesPerSecond) => {
      const limit = { 'max-overall-upload-limit': String(bytesPerSecond) };
      await rpc.call('aria2.changeGlobalOption', [limit], z.string(), AbortSignal.timeout(READY_MS));
    },
    close: () => child.stop(),
  };
}
