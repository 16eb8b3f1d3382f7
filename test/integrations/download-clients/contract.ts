import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { makeTorrent, type MadeTorrent } from '../../../src/cli/demo/torrent-maker.js';
import { startSeeder, type Seeder } from '../../../src/cli/demo/swarm.js';
import { startTracker, type Tracker } from '../../../src/cli/demo/tracker.js';
import type { DownloadItem } from '../../../src/domain/acquisition/download.js';
import type { AddDownload, DownloadClient } from '../../../src/integrations/download-clients/port.js';
import { eventually } from '../../support/eventually.js';

/** A real product under test, and what the suite does to it. */
export interface ClientUnderTest {
  client: DownloadClient;
  /** The same product at an address where nobody listens. */
  unreachable: DownloadClient;
  kill: () => Promise<void>;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

const MIB = 1024 * 1024;
const signal = (): AbortSignal => AbortSignal.timeout(30_000);

/** What every download client must do: each product behind the port runs this whole suite. */
export function describeDownloadClient(options: {
  name: string;
  folder: string;
  start: () => Promise<ClientUnderTest>;
}): void {
  describe(`the download client ${options.name}`, () => {
    let product: ClientUnderTest;
    let tracker: Tracker;
    let seeder: Seeder;
    let count = 0;

    beforeAll(async () => {
      tracker = await startTracker();
      seeder = await startSeeder({ aria2Path: 'aria2c', workFolder: path.join(options.folder, 'seeder') });
      product = await options.start();
    });

    afterAll(async () => {
      await product.stop();
      await seeder.close();
      await tracker.close();
      await rm(options.folder, { recursive: true, force: true });
    });

    /** A seeded torrent of `bytes`, and how this client shall get it. */
    async function offer(
      bytes: number,
    ): Promise<{ torrent: MadeTorrent; add: AddDownload; hash: string; file: string }> {
      count += 1;
      const source = path.join(options.folder, `source-${count}`, 'book');
      await mkdir(source, { recursive: true });
      const content = Buffer.alloc(bytes, `content ${count} `);
      await writeFile(path.join(source, 'part.mp3'), content);
      const files = [{ hostPath: path.join(source, 'part.mp3'), path: 'part.mp3' }];
      const torrent = await makeTorrent({ name: 'book', files, trackerUrl: tracker.announceUrl });
      tracker.allow(torrent.infoHash);
      await seeder.seed(torrent, path.dirname(source));
      const directory = path.join(options.folder, `download-${count}`);
      const clientItemId = product.client.itemIdFor(`owner-${count}`, torrent.infoHash);
      const { infoHash } = torrent;
      const add: AddDownload = {
        clientItemId,
        ownerKey: `owner-${count}`,
        name: `book ${count}`,
        content: { kind: 'torrent', bytes: torrent.bytes, infoHash },
        directory,
        hostDirectory: directory,
        resume: false,
      };
      const hash = createHash('sha256').update(content).digest('hex');
      return { torrent, add, hash, file: path.join(directory, 'book', 'part.mp3') };
    }

    async function find(id: string): Promise<DownloadItem | undefined> {
      return (await product.client.list(signal())).find(({ clientItemId }) => clientItemId === id);
    }

    function untilState(id: string, ...states: DownloadItem['state'][]): Promise<void> {
      return eventually(async () => states.includes((await find(id))?.state ?? 'adding'), {
        withinMs: 40_000,
        everyMs: 50,
      });
    }

    async function hashOf(file: string): Promise<string> {
      return createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
    }

    it('says what it is', async () => {
      const probe = await product.client.probe(signal());
      expect(probe.version).toMatch(/^\d+\.\d+/);
    });

    it('downloads what it is given, under the id that was known before', async () => {
      const { add, hash, file, torrent } = await offer(3 * MIB);
      await product.client.add(add, signal());
      await untilState(add.clientItemId, 'seeding', 'complete');
      expect(await find(add.clientItemId)).toMatchObject({
        completedBytes: 3 * MIB,
        infoHash: torrent.infoHash,
      });
      expect(await product.client.files(add.clientItemId, signal())).toEqual([
        { path: 'book/part.mp3', sizeBytes: 3 * MIB, completedBytes: 3 * MIB },
      ]);
      expect(await hashOf(file)).toBe(hash);
    });

    it('has one item when it is given the same twice', async () => {
      const { add, torrent } = await offer(MIB);
      await product.client.add(add, signal());
      await product.client.add(add, signal());
      const items = await product.client.list(signal());
      expect(items.filter(({ infoHash }) => infoHash === torrent.infoHash)).toHaveLength(1);
    });

    it('moves no byte while it is paused, and goes on after; both may be asked twice', async () => {
      await seeder.limitUpload(MIB);
      const { add } = await offer(6 * MIB);
      await product.client.add(add, signal());
      await untilState(add.clientItemId, 'active');
      await product.client.pause(add.clientItemId, signal());
      await product.client.pause(add.clientItemId, signal());
      const paused = await find(add.clientItemId);
      expect(paused?.state).toBe('paused');
      await product.client.resume(add.clientItemId, signal());
      await product.client.resume(add.clientItemId, signal());
      await seeder.limitUpload(0);
      await untilState(add.clientItemId, 'seeding', 'complete');
    });

    it('refuses what is no torrent, and keeps nothing of it', async () => {
      const clientItemId = product.client.itemIdFor('html', 'f'.repeat(40));
      const html = Buffer.from('<!DOCTYPE html><html></html>');
      const directory = path.join(options.folder, 'html');
      const add: AddDownload = {
        clientItemId,
        ownerKey: 'html',
        name: 'a page',
        content: { kind: 'torrent', bytes: html, infoHash: 'f'.repeat(40) },
        directory,
        hostDirectory: directory,
        resume: false,
      };
      await expect(product.client.add(add, signal())).rejects.toMatchObject({ kind: 'release_fault' });
      expect(await find(clientItemId)).toBeUndefined();
    });

    it('deletes its own files on demand and nothing beside them, and may be asked twice', async () => {
      const { add, file } = await offer(MIB);
      await product.client.add(add, signal());
      await untilState(add.clientItemId, 'seeding', 'complete');
      const stranger = path.join(add.directory, 'stranger.txt');
      await writeFile(stranger, 'not of this download');
      const remove = { deleteData: true, hostDirectory: add.hostDirectory };
      await product.client.remove(add.clientItemId, remove, signal());
      await product.client.remove(add.clientItemId, remove, signal());
      expect(await find(add.clientItemId)).toBeUndefined();
      expect(existsSync(file)).toBe(false);
      expect(existsSync(stranger)).toBe(true);
    });

    it('keeps the files when it only forgets the item', async () => {
      const { add, file, hash } = await offer(MIB);
      await product.client.add(add, signal());
      await untilState(add.clientItemId, 'seeding', 'complete');
      await product.client.remove(
        add.clientItemId,
        { deleteData: false, hostDirectory: add.hostDirectory },
        signal(),
      );
      expect(await hashOf(file)).toBe(hash);
    });

    it('goes on after it was killed in the middle, once it is given the item again', async () => {
      await seeder.limitUpload(2 * MIB);
      const { add, hash, file } = await offer(8 * MIB);
      await product.client.add(add, signal());
      await eventually(async () => ((await find(add.clientItemId))?.completedBytes ?? 0) > MIB, {
        withinMs: 30_000,
      });
      await product.kill();
      await product.restart();
      await product.client.add({ ...add, resume: true }, signal());
      await seeder.limitUpload(0);
      await untilState(add.clientItemId, 'seeding', 'complete');
      expect(await hashOf(file)).toBe(hash);
    });

    it('knows no unknown item', async () => {
      const unknown = product.client.itemIdFor('nobody', '0'.repeat(40));
      await expect(product.client.files(unknown, signal())).rejects.toMatchObject({ kind: 'gone' });
      await expect(product.client.pause(unknown, signal())).rejects.toMatchObject({ kind: 'gone' });
    });

    it('is an environment fault when it cannot be reached', async () => {
      await expect(product.unreachable.list(signal())).rejects.toMatchObject({
        kind: 'environment',
        waitingReason: 'client_unreachable',
      });
    });
  });
}
