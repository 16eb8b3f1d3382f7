import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { makeTorrent } from '../../src/cli/demo/torrent-maker.js';
import { ROOT_MARKER } from '../../src/domain/logical-path.js';
import { startAria2, whyUnfit, type EmbeddedAria2 } from '../../src/embedded/aria2.js';
import { createAria2Client } from '../../src/integrations/download-clients/aria2/client.js';
import { choosePort, startOnFreePort } from '../../src/embedded/ports.js';
import { findProgram } from '../../src/embedded/programs.js';
import { eventually } from '../support/eventually.js';
import { findProcesses } from '../support/processes.js';
import { keepLog } from './logs.js';

let folder: string;
let running: EmbeddedAria2[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), `longplay it's "aria" ü東-`));
  running = [];
});

afterEach(async () => {
  for (const { service } of running) await service.stop();
  await eventually(async () => (await findProcesses(folder)).length === 0);
  await rm(folder, { recursive: true, force: true });
});

async function start(port?: number): Promise<EmbeddedAria2> {
  const started = await startAria2({
    aria2Path: findProgram('aria2c', process.env['PATH']) ?? 'aria2c',
    dataFolder: folder,
    downloadsFolder: path.join(folder, 'downloads'),
    port: port ?? (await choosePort(0)),
    log: keepLog(),
    downloadInterface: '127.0.0.1',
  });
  running.push(started);
  return started;
}

const answer = z.object({ result: z.unknown() });

async function call(rpcUrl: string, token: string, method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [`token:${token}`, ...params] });
  const response = await fetch(rpcUrl, { method: 'POST', body });
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return answer.parse(await response.json()).result;
}

describe('startAria2', () => {
  it('answers only who has its secret, which stands in files of its owner alone', async () => {
    const { rpcUrl, secret } = await start();
    await expect(call(rpcUrl, 'wrong', 'aria2.getVersion')).rejects.toThrow('Unauthorized');
    expect(await call(rpcUrl, secret, 'aria2.getGlobalOption')).toMatchObject({
      dir: path.join(folder, 'downloads'),
      'enable-dht': 'false',
      'bt-detach-seed-only': 'true',
    });
    expect(await findProcesses(secret)).toEqual([]);
    for (const file of ['secrets/aria2', 'aria2/aria2.conf', 'aria2/session']) {
      expect((await stat(path.join(folder, file))).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(path.join(folder, 'secrets', 'aria2'), 'utf8')).toBe(`${secret}\n`);
  });

  it('keeps the users of sources that stand in its session to its owner, in a folder that was open before too', async () => {
    const own = path.join(folder, 'aria2');
    await mkdir(own, { mode: 0o755 });
    const { rpcUrl, secret } = await start();
    const options = { pause: 'true', header: ['Authorization: Basic cmVhZGVyOng='] };
    await call(rpcUrl, secret, 'aria2.addUri', ['http://127.0.0.1:9/never'], options);
    await call(rpcUrl, secret, 'aria2.saveSession');
    expect(await readFile(path.join(own, 'session'), 'utf8')).toContain('cmVhZGVyOng=');
    expect((await stat(own)).mode & 0o777).toBe(0o700);
  });

  it('comes back on the same port with what it was at after kill -9, and without it while its disk is away', async () => {
    const downloads = path.join(folder, 'downloads');
    await mkdir(downloads);
    await writeFile(path.join(downloads, ROOT_MARKER), '');
    const { rpcUrl, secret, service } = await start();
    const options = { pause: 'true' };
    const gid = await call(rpcUrl, secret, 'aria2.addUri', ['http://127.0.0.1:9/never'], options);
    await call(rpcUrl, secret, 'aria2.saveSession');
    const kill = async (): Promise<void> => {
      const first = service.pid();
      process.kill(first ?? 0, 'SIGKILL');
      await eventually(() => ![undefined, first].includes(service.pid()));
    };
    await kill();
    const status = (): Promise<unknown> => call(rpcUrl, secret, 'aria2.tellStatus', gid, ['status']);
    expect(await status()).toEqual({ status: 'paused' });
    // As a mount point is then: what it was at would be fetched onto the disk below.
    await rm(path.join(downloads, ROOT_MARKER));
    await kill();
    await expect(status()).rejects.toThrow('is not found');
  });

  it('refuses a taken port at once', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const address = squatter.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const since = performance.now();
      await expect(start(port)).rejects.toMatchObject({
        kind: 'environment',
        message: expect.stringContaining('failed to bind TCP port'),
      });
      expect(performance.now() - since).toBeLessThan(12_000);
    } finally {
      squatter.close();
    }
  });

  it('port taken at start (no. 74): another one is chosen, and what answers there knows our secret and is an aria2', async () => {
    const squatter = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{}')).listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const address = squatter.address();
      const taken = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const { rpcUrl, secret } = await startOnFreePort([taken], ([port]) => start(port));
      expect(new URL(rpcUrl).port).not.toBe(String(taken));
      const client = createAria2Client({ id: 'aria2', rpcUrl, secret });
      expect(await client.probe(AbortSignal.timeout(5_000))).toMatchObject({ product: 'aria2' });
      expect(await client.check(AbortSignal.timeout(5_000))).toEqual({
        warnings: [],
        saveDirectory: path.join(folder, 'downloads'),
      });
    } finally {
      squatter.close();
    }
  });

  it('torrent > 2 MB base64 (no. 75): it is taken', async () => {
    const { rpcUrl, secret } = await start();
    const client = createAria2Client({ id: 'aria2', rpcUrl, secret });
    const content = path.join(folder, 'content.mp3');
    await writeFile(content, 'some sound');
    // An address of 3 MB makes it large without a content that is.
    const trackerUrl = `http://127.0.0.1:9/${'a'.repeat(3_000_000)}`;
    const { bytes, infoHash } = await makeTorrent({
      name: 'large',
      files: [{ hostPath: content, path: 'content.mp3' }],
      trackerUrl,
    });
    const clientItemId = client.itemIdFor('large', infoHash);
    const directory = path.join(folder, 'downloads', 'large');
    await client.add(
      {
        clientItemId,
        ownerKey: 'large',
        name: 'large',
        content: { kind: 'torrent', bytes, infoHash },
        directory,
        hostDirectory: directory,
        resume: false,
      },
      AbortSignal.timeout(20_000),
    );
    expect(await client.list(AbortSignal.timeout(10_000))).toMatchObject([{ clientItemId, infoHash }]);
  });
});

describe('whyUnfit', () => {
  it('finds nothing wrong with the aria2 that is here', async () => {
    expect(await whyUnfit(findProgram('aria2c', process.env['PATH']) ?? 'aria2c')).toBeUndefined();
  });

  it.each([
    ['echo "aria2 version 1.19.3"', /Expected aria2 1\.34 or later, got 1\.19\.3/],
    ['echo "hello"', /got something else/],
    ['echo "cannot load library" >&2; exit 127', /does not start: .*cannot load library/s],
  ])('tells why "%s" is none for us', async (script, why) => {
    const program = path.join(folder, 'aria2c');
    await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    expect(await whyUnfit(program)).toMatch(why);
  });
});
