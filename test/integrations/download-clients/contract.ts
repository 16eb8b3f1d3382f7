import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { makeTorrent, type MadeTorrent } from '../../../src/cli/demo/torrent-maker.js';
import { startSeeder, type Seeder } from '../../../src/cli/demo/swarm.js';
import { startTracker, type Tracker } from '../../../src/cli/demo/tracker.js';
import type { DownloadItem } from '../../../src/domain/acquisition/download.js';
import type { AddDownload, DownloadClient } from '../../../src/integrations/download-clients/port.js';
import { canMount, createDisks } from '../../support/disks.js';
import { eventually } from '../../support/eventually.js';

/** A real product under test, and what the suite does to it. */
export interface ClientUnderTest {
  client: DownloadClient;
  /** The same product at an address where nobody listens. */
  unreachable: DownloadClient;
  /** The same product with a wrong secret. */
  refused: DownloadClient;
  /** Adds it as a person or another program would, where one hash is one item. */
  addAsSomebody?: (torrent: MadeTorrent, directory: string) => Promise<void>;
  kill: () => Promise<void>;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

/** What a product can do beyond what each must. */
export interface ClientAbilities {
  /** It takes magnet links. */
  magnets: boolean;
  /** Its items carry words, so that they tell their owners. */
  tags: boolean;
  /** It sees at its start that an item's files are gone. */
  noticesLostData: boolean;
  /** Ended just after an add, it has the item and forgot whose it is and where it belongs. */
  forgets?: boolean;
}

/**
 * Transmission asks a new peer for the first piece after up to 20 s, by its own rounds, and asks again for what a
 * seeder dropped while it choked after 60 s.
 */
const SLOW_MS = 150_000;
const TEST_MS = 400_000;

const MIB = 1024 * 1024;
const signal = (): AbortSignal => AbortSignal.timeout(30_000);

/** What every download client must do: each product behind the port runs this whole suite. */
export function describeDownloadClient(options: {
  name: string;
  folder: string;
  abilities: ClientAbilities;
  start: () => Promise<ClientUnderTest>;
}): void {
  describe(`the download client ${options.name}`, () => {
    let product: ClientUnderTest;
    let tracker: Tracker;
    let seeder: Seeder;
    let count = 0;
    const disks = createDisks();
    jest.setTimeout(TEST_MS);
    const { magnets, tags, noticesLostData } = options.abilities;

    beforeAll(async () => {
      tracker = await startTracker();
      seeder = await startSeeder({ aria2Path: 'aria2c', workFolder: path.join(options.folder, 'seeder') });
      product = await options.start();
    });

    afterAll(async () => {
      await product.stop();
      await seeder.close();
      await tracker.close();
      disks.unmountAll();
      await rm(options.folder, { recursive: true, force: true });
    });

    /** A seeded torrent of `bytes`, and how this client shall get it. */
    async function offer(
      bytes: number,
      below = options.folder,
    ): Promise<{ torrent: MadeTorrent; add: AddDownload; hash: string; source: string; file: string }> {
      count += 1;
      const source = path.join(options.folder, `source-${count}`, 'book');
      await mkdir(source, { recursive: true });
      const content = Buffer.alloc(bytes, `content ${count} `);
      await writeFile(path.join(source, 'part.mp3'), content);
      const files = [{ hostPath: path.join(source, 'part.mp3'), path: 'part.mp3' }];
      const torrent = await makeTorrent({ name: 'book', files, trackerUrl: tracker.announceUrl });
      tracker.allow(torrent.infoHash);
      await seeder.seed(torrent, path.dirname(source));
      await eventually(() => tracker.hasSeeder(torrent.infoHash));
      const directory = path.join(below, `download-${count}`);
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
      return {
        ...{ torrent, add, hash, source: path.join(source, 'part.mp3') },
        file: path.join(directory, 'book', 'part.mp3'),
      };
    }

    /** The item complete at once: its data lies there already, and is only verified. */
    async function have(bytes: number): Promise<Awaited<ReturnType<typeof offer>>> {
      const offered = await offer(bytes);
      await mkdir(path.dirname(offered.file), { recursive: true });
      await copyFile(offered.source, offered.file);
      await product.client.add({ ...offered.add, resume: true }, signal());
      await untilDone(offered.add.clientItemId);
      return offered;
    }

    async function find(id: string): Promise<DownloadItem | undefined> {
      return (await product.client.list(signal())).find(({ clientItemId }) => clientItemId === id);
    }

    function untilState(id: string, ...states: DownloadItem['state'][]): Promise<void> {
      return eventually(async () => states.includes((await find(id))?.state ?? 'adding'), {
        withinMs: SLOW_MS,
        everyMs: 50,
      });
    }

    /** Transmission answers for some 40 ms before it has loaded what it holds (measured with 3.00). */
    const untilListed = (id: string): Promise<void> => eventually(async () => (await find(id)) !== undefined);
    const untilDone = (id: string): Promise<void> => untilState(id, 'seeding', 'complete');

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
      await untilDone(add.clientItemId);
      expect(await find(add.clientItemId)).toMatchObject({
        completedBytes: 3 * MIB,
        infoHash: torrent.infoHash,
        directory: add.directory,
        ...(tags ? { owners: [add.ownerKey] } : {}),
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
      await untilDone(add.clientItemId);
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
      const { add, file } = await have(MIB);
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
      const { add, file, hash } = await have(MIB);
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
        withinMs: SLOW_MS,
      });
      await product.kill();
      await product.restart();
      await product.client.add({ ...add, resume: true }, signal());
      await seeder.limitUpload(0);
      await untilDone(add.clientItemId);
      expect(await hashOf(file)).toBe(hash);
    });

    it('has what it had when it was killed just after it was whole, with nobody to fetch it from again', async () => {
      const { add, hash, file } = await have(2 * MIB);
      await seeder.limitUpload(1);
      await product.kill();
      await product.restart();
      await product.client.add({ ...add, resume: true }, signal());
      await untilDone(add.clientItemId);
      expect(await hashOf(file)).toBe(hash);
      await seeder.limitUpload(0);
    });

    (magnets ? it : it.skip)('downloads by a magnet link, whose size it learns on the way', async () => {
      const { add, torrent, hash, file } = await offer(2 * MIB);
      const uri = `magnet:?xt=urn:btih:${torrent.infoHash}&tr=${encodeURIComponent(tracker.announceUrl)}`;
      const content = { kind: 'magnet', uri, infoHash: torrent.infoHash } as const;
      await product.client.add({ ...add, content }, signal());
      const early = await find(add.clientItemId);
      if (early?.state === 'metadata') expect(early).toMatchObject({ totalBytes: 0, completedBytes: 0 });
      await untilDone(add.clientItemId);
      expect(await hashOf(file)).toBe(hash);
    });

    (tags ? it : it.skip)('carries the tag of each owner and the category', async () => {
      const { add } = await offer(MIB);
      await product.client.add({ ...add, category: 'books' }, signal());
      await product.client.add({ ...add, ownerKey: 'a-second', category: 'books' }, signal());
      const item = await find(add.clientItemId);
      expect(item?.category).toBe('books');
      expect(item?.owners?.toSorted()).toEqual(['a-second', add.ownerKey]);
    });

    (options.abilities.forgets === true ? it : it.skip)(
      'is told again whose an item is and where it belongs, when it was ended before it wrote that down',
      async () => {
        await seeder.limitUpload(2 * MIB);
        const { add, torrent, hash, file } = await offer(6 * MIB);
        // Our own add, cut off in its middle.
        await product.addAsSomebody?.(torrent, add.directory);
        await product.kill();
        await product.restart();
        await untilListed(add.clientItemId);
        expect(await find(add.clientItemId)).toMatchObject({ owners: [] });
        await product.client.add({ ...add, resume: true, begun: true }, signal());
        await seeder.limitUpload(0);
        await untilDone(add.clientItemId);
        const item = { owners: [add.ownerKey], directory: add.directory };
        expect(await find(add.clientItemId)).toMatchObject(item);
        expect(await hashOf(file)).toBe(hash);
        await product.kill();
        await product.restart();
        await untilListed(add.clientItemId);
        expect(await find(add.clientItemId)).toMatchObject({ owners: item.owners });
        await product.client.add({ ...add, resume: true }, signal());
        await untilDone(add.clientItemId);
        expect(await find(add.clientItemId)).toMatchObject(item);
      },
    );

    (options.abilities.forgets === true ? it : it.skip)(
      'says that it asks for what is not there before it does, and says nothing where it is',
      async () => {
        const { add } = await offer(MIB);
        const seen: (DownloadItem | undefined)[] = [];
        const onBegin = async (): Promise<void> => void seen.push(await find(add.clientItemId));
        await product.client.add({ ...add, onBegin }, signal());
        expect(seen).toEqual([undefined]);
        await product.client.add({ ...add, onBegin, begun: true }, signal());
        expect(seen).toHaveLength(1);
        await product.client.remove(
          add.clientItemId,
          { deleteData: true, hostDirectory: add.hostDirectory },
          signal(),
        );
        const failing = { ...add, onBegin: () => Promise.reject(new Error('the database is away')) };
        await expect(product.client.add(failing, signal())).rejects.toThrow('the database is away');
        expect(await find(add.clientItemId)).toBeUndefined();
      },
    );

    (tags ? it.each([false, true]) : it.skip.each([false]))(
      'adopts what somebody else has added, and leaves it and its data as they are (asked for before: %s)',
      async (begun) => {
        const { add, torrent, hash } = await offer(2 * MIB);
        const theirs = path.join(options.folder, `theirs-${begun}`);
        await mkdir(theirs, { recursive: true });
        await product.addAsSomebody?.(torrent, theirs);
        await untilDone(add.clientItemId);
        expect(await find(add.clientItemId)).toMatchObject({ owners: [] });
        await product.client.add({ ...add, category: 'books', begun }, signal());
        const adopted = await find(add.clientItemId);
        expect(adopted).toMatchObject({ owners: [add.ownerKey], directory: theirs });
        expect(adopted?.category).not.toBe('books');
        expect(existsSync(add.directory)).toBe(false);
        await product.client.remove(
          add.clientItemId,
          { deleteData: false, hostDirectory: add.hostDirectory },
          signal(),
        );
        expect(await hashOf(path.join(theirs, 'book', 'part.mp3'))).toBe(hash);
      },
    );

    (noticesLostData ? it : it.skip)(
      'is held by its surroundings while its files are away, and heals by a check once they are back',
      async () => {
        const { add, hash, file } = await have(2 * MIB);
        await product.stop();
        await rename(add.directory, `${add.directory} away`);
        await product.restart();
        await untilState(add.clientItemId, 'held');
        expect((await find(add.clientItemId))?.fault).toMatchObject({
          blame: 'environment',
          code: 'files_missing',
        });
        await rm(add.directory, { recursive: true, force: true });
        await rename(`${add.directory} away`, add.directory);
        await product.client.add({ ...add, resume: true, afterFault: true }, signal());
        await untilDone(add.clientItemId);
        expect(await hashOf(file)).toBe(hash);
      },
    );

    it('is held by a full disk, and goes on when there is room and it is given the item again (no. 18)', async () => {
      if (!canMount) {
        process.stderr.write('skipped: mounting a small disk needs root\n');
        return;
      }
      const disk = path.join(options.folder, 'small disk');
      await disks.mountTmpfs(disk, '4m');
      const { add, hash, file } = await offer(8 * MIB, disk);
      await product.client.add(add, signal());
      await untilState(add.clientItemId, 'held');
      expect((await find(add.clientItemId))?.fault).toMatchObject({
        blame: 'environment',
        code: 'disk_full',
      });
      disks.remount(disk, 'size=64m');
      await product.client.add({ ...add, resume: true }, signal());
      await untilDone(add.clientItemId);
      expect(await hashOf(file)).toBe(hash);
    });

    it('tells its own settings, and warns with a remedy', async () => {
      const { warnings } = await product.client.check(signal());
      for (const { code, message, remedy } of warnings) {
        expect(code).toMatch(/^[a-z_]+$/);
        expect(message.length * remedy.length).toBeGreaterThan(0);
      }
    });

    it('knows no unknown item', async () => {
      const unknown = product.client.itemIdFor('nobody', '0'.repeat(40));
      await expect(product.client.files(unknown, signal())).rejects.toMatchObject({ kind: 'gone' });
      await expect(product.client.pause(unknown, signal())).rejects.toMatchObject({ kind: 'gone' });
      await product.client.remove(unknown, { deleteData: true, hostDirectory: options.folder }, signal());
    });

    it('is a fault of the credentials when the secret is wrong', async () => {
      await expect(product.refused.list(signal())).rejects.toMatchObject({
        kind: 'credentials',
        remedy: expect.any(String),
      });
    });

    it('is an environment fault when it cannot be reached', async () => {
      await expect(product.unreachable.list(signal())).rejects.toMatchObject({
        kind: 'environment',
        waitingReason: 'client_unreachable',
      });
    });
  });
}
