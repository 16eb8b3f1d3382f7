import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { DownloadItem, DownloadState } from '../../../src/domain/acquisition/download.js';
import { normalizeError } from '../../../src/domain/faults.js';
import type { AddDownload, DownloadClient } from '../../../src/integrations/download-clients/port.js';
import type { Cuttable } from '../../support/cut.js';
import { eventually } from '../../support/eventually.js';
import type { NntpServer } from '../../support/nntp-server.js';
import { postFiles } from '../../support/usenet-post.js';

/** A usenet client under test, and what the suite does to it. Its folders are this host's. */
export interface UsenetClientUnderTest {
  client: DownloadClient;
  /** The same product at an address where nobody listens. */
  unreachable: DownloadClient;
  /** The same with a secret that is wrong. */
  refused: DownloadClient;
  /** In no error. */
  secret: string;
  /** `client` goes this way. */
  way: Cuttable;
  /** A word that only the request of an add has. */
  addWord: string;
  news: Pick<NntpServer, 'put' | 'setFault' | 'holdAfter' | 'release'>;
  kill: () => Promise<void>;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

const signal = (): AbortSignal => AbortSignal.timeout(30_000);

/** What every usenet client must do: each product behind the port runs this whole suite. */
export function describeUsenetClient(options: {
  name: string;
  folder: string;
  start: () => Promise<UsenetClientUnderTest>;
}): void {
  describe(`the usenet client ${options.name}`, () => {
    let product: UsenetClientUnderTest;
    let count = 0;

    beforeAll(async () => {
      product = await options.start();
    });

    afterEach(() => {
      product.way.mend();
      product.news.release();
    });

    afterAll(async () => {
      await product.stop();
      await rm(options.folder, { recursive: true, force: true });
    });

    interface Offer {
      add: AddDownload;
      bytes: Buffer;
      messageIds: string[];
    }

    /** A posted book of `articles` articles, and how this client shall get it. */
    function offer(articles = 4, name = `A book ${(count += 1)}`): Offer {
      const bytes = randomBytes(articles * 16_384);
      const { nzb, files } = postFiles(product.news, [{ name: 'book.mp3', bytes }], { segmentBytes: 16_384 });
      const add = adding(`owner-${(count += 1)}`, nzb, name);
      return { add, bytes, messageIds: files[0]?.messageIds ?? [] };
    }

    function adding(ownerKey: string, nzb: Uint8Array, name: string): AddDownload {
      return {
        clientItemId: product.client.itemIdFor(ownerKey, `content of ${ownerKey}`),
        ownerKey,
        name,
        content: { kind: 'nzb', bytes: nzb },
        directory: '/not/of/usenet',
        hostDirectory: '/not/of/usenet',
        resume: false,
      };
    }

    async function itemsOf(id: string): Promise<DownloadItem[]> {
      return (await product.client.list(signal())).filter(({ clientItemId }) => clientItemId === id);
    }

    async function untilState(id: string, ...states: DownloadState[]): Promise<DownloadItem> {
      let found: DownloadItem | undefined;
      await eventually(
        async () => {
          [found] = await itemsOf(id);
          return found !== undefined && states.includes(found.state);
        },
        { withinMs: 40_000, everyMs: 50 },
      );
      if (found === undefined) throw new Error(`Expected an item ${id}`);
      return found;
    }

    /** Complete means that the bytes lie where the item says, at the first moment that it is said. */
    async function untilComplete({ add, bytes }: Offer): Promise<DownloadItem & { directory: string }> {
      const item = await untilState(add.clientItemId, 'complete', 'failed', 'held', 'removedExternally');
      expect(item).toMatchObject({ state: 'complete', directory: expect.any(String) });
      const directory = item.directory ?? '';
      expect((await readFile(path.join(directory, 'book.mp3'))).equals(bytes)).toBe(true);
      return { ...item, directory };
    }

    it('says what it is, and where it saves', async () => {
      expect((await product.client.probe(signal())).version).toMatch(/^\d+\.\d+/);
      const { saveDirectory, freeBytes } = await product.client.check(signal());
      expect(saveDirectory).toMatch(/^\//);
      expect(freeBytes).toBeGreaterThan(0);
    });

    it('downloads what it is given, under the id that was known before', async () => {
      const book = offer(4, 'It\'s "Ä/Ö": a <book>?');
      expect(book.add.clientItemId).toMatch(/^lp-[0-9a-f]{16}$/);
      await product.client.add(book.add, signal());
      const item = await untilComplete(book);
      expect(item.name).toBe("It's Ä Ö a book");
      expect(path.basename(item.directory)).toContain(book.add.clientItemId);
      expect(item.totalBytes).toBe(item.completedBytes);
      expect(await product.client.files(book.add.clientItemId, signal())).toBeUndefined();
    });

    it('takes a name of any length, and keeps its id', async () => {
      const book = offer(1, '漢'.repeat(400));
      await product.client.add(book.add, signal());
      await untilComplete(book);
    });

    it('has one item when it is given the same twice, waiting or finished', async () => {
      product.news.holdAfter(0);
      const book = offer();
      await product.client.add(book.add, signal());
      await product.client.add(book.add, signal());
      expect(await itemsOf(book.add.clientItemId)).toHaveLength(1);
      product.news.release();
      await untilComplete(book);
      await product.client.add(book.add, signal());
      expect(await itemsOf(book.add.clientItemId)).toHaveLength(1);
    });

    it('has one item when the answer of an add is lost', async () => {
      const book = offer();
      product.way.loseAnswerTo(product.addWord);
      await product.client.add(book.add, signal());
      expect(await itemsOf(book.add.clientItemId)).toHaveLength(1);
      await untilComplete(book);
    });

    it('has one item when with the answer of an add the whole way is lost, and it is given again', async () => {
      product.news.holdAfter(0);
      const book = offer();
      product.way.loseAnswerTo(product.addWord, { andCut: true });
      await expect(product.client.add(book.add, signal())).rejects.toMatchObject({
        kind: 'environment',
        waitingReason: 'client_unreachable',
      });
      product.way.mend();
      await product.client.add(book.add, signal());
      expect(await itemsOf(book.add.clientItemId)).toHaveLength(1);
    });

    it('keeps the same content of two owners, under one name, apart', async () => {
      const one = offer(2, 'The same');
      const other = { ...one, add: adding('another', nzbOf(one), 'The same') };
      await product.client.add(one.add, signal());
      await product.client.add(other.add, signal());
      const [first, second] = [await untilComplete(one), await untilComplete(other)];
      expect(first.directory).not.toBe(second.directory);
      await product.client.remove(
        one.add.clientItemId,
        { deleteData: true, hostDirectory: first.directory },
        signal(),
      );
      expect(existsSync(first.directory)).toBe(false);
      await untilComplete(other);
    });

    it('moves no byte while it is paused, and goes on after; both may be asked twice', async () => {
      product.news.holdAfter(2);
      const book = offer(12);
      const id = book.add.clientItemId;
      await product.client.add(book.add, signal());
      await eventually(async () => ((await itemsOf(id))[0]?.completedBytes ?? 0) > 0);
      await product.client.pause(id, signal());
      await product.client.pause(id, signal());
      expect((await itemsOf(id))[0]?.state).toBe('paused');
      product.news.release();
      expect((await untilState(id, 'paused')).completedBytes).toBeLessThan(book.bytes.length);
      await product.client.resume(id, signal());
      await product.client.resume(id, signal());
      await untilComplete(book);
    });

    it('refuses what is no NZB, and keeps nothing of it', async () => {
      const add = adding('html', Buffer.from('<!DOCTYPE html><html></html>'), 'a page');
      await expect(product.client.add(add, signal())).rejects.toMatchObject({ kind: 'release_fault' });
      expect(await itemsOf(add.clientItemId)).toEqual([]);
    });

    it('blames the release when articles are missing and nothing can repair it', async () => {
      const book = offer(4);
      product.news.setFault(book.messageIds[1] ?? '', 'missing');
      await product.client.add(book.add, signal());
      const item = await untilState(book.add.clientItemId, 'failed', 'complete', 'held');
      expect(item).toMatchObject({ state: 'failed', fault: { blame: 'release' } });
      expect(item.directory).toBeUndefined();
    });

    it('deletes its own folder on demand and nothing beside it, and may be asked twice', async () => {
      const book = offer();
      const neighbour = offer();
      for (const each of [book, neighbour]) await product.client.add(each.add, signal());
      const { directory } = await untilComplete(book);
      const { directory: kept } = await untilComplete(neighbour);
      const root = path.dirname(directory);
      await mkdir(root, { recursive: true });
      await writeFile(path.join(root, 'stranger.txt'), 'not of this download');
      for (const hostDirectory of [root, directory, directory]) {
        await product.client.remove(book.add.clientItemId, { deleteData: true, hostDirectory }, signal());
      }
      expect(await itemsOf(book.add.clientItemId)).toEqual([]);
      expect(existsSync(directory)).toBe(false);
      expect(existsSync(kept)).toBe(true);
      expect(existsSync(path.join(root, 'stranger.txt'))).toBe(true);
    });

    it('touches no folder that is not its own, whichever is named', async () => {
      const book = offer();
      await product.client.add(book.add, signal());
      const { directory } = await untilComplete(book);
      const foreign = path.join(options.folder, 'foreign');
      await mkdir(foreign, { recursive: true });
      await writeFile(path.join(foreign, 'a.txt'), 'a');
      const remove = { deleteData: true, hostDirectory: foreign };
      await product.client.remove(book.add.clientItemId, remove, signal());
      expect(existsSync(path.join(foreign, 'a.txt'))).toBe(true);
      expect(existsSync(directory)).toBe(true);
    });

    it('keeps the files when it only forgets the item, and can be given it anew', async () => {
      const book = offer();
      await product.client.add(book.add, signal());
      const { directory } = await untilComplete(book);
      const remove = { deleteData: false, hostDirectory: directory };
      await product.client.remove(book.add.clientItemId, remove, signal());
      expect((await readFile(path.join(directory, 'book.mp3'))).equals(book.bytes)).toBe(true);
      await rm(directory, { recursive: true });
      await product.client.add(book.add, signal());
      await untilComplete(book);
    });

    it('drops what is half downloaded', async () => {
      product.news.holdAfter(2);
      const book = offer(12);
      const id = book.add.clientItemId;
      await product.client.add(book.add, signal());
      await eventually(async () => ((await itemsOf(id))[0]?.completedBytes ?? 0) > 0);
      await product.client.remove(id, { deleteData: true, hostDirectory: '/not/of/usenet' }, signal());
      expect(await itemsOf(id)).toEqual([]);
    });

    it('goes on by itself after it was killed in the middle', async () => {
      product.news.holdAfter(4);
      const book = offer(12);
      const id = book.add.clientItemId;
      await product.client.add(book.add, signal());
      await eventually(async () => ((await itemsOf(id))[0]?.completedBytes ?? 0) > 0);
      await product.kill();
      await expect(product.client.list(signal())).rejects.toMatchObject({
        waitingReason: 'client_unreachable',
      });
      product.news.release();
      await product.restart();
      await product.client.add({ ...book.add, resume: true }, signal());
      expect(await itemsOf(id)).toHaveLength(1);
      await untilComplete(book);
    });

    it('knows no unknown item', async () => {
      const unknown = product.client.itemIdFor('nobody', 'nothing');
      for (const call of ['files', 'pause', 'resume'] as const) {
        await expect(product.client[call](unknown, signal())).rejects.toMatchObject({ kind: 'gone' });
      }
      const nowhere = path.join(options.folder, 'nowhere');
      await product.client.remove(unknown, { deleteData: true, hostDirectory: nowhere }, signal());
    });

    it('is an environment fault when it cannot be reached', async () => {
      await expect(product.unreachable.list(signal())).rejects.toMatchObject({
        kind: 'environment',
        waitingReason: 'client_unreachable',
      });
    });

    it('says that it refuses the secret, and never tells the secret', async () => {
      for (const call of ['probe', 'list', 'check'] as const) {
        const failure = await product.refused[call](signal()).then(
          () => new Error('it was let in'),
          (error: unknown) => normalizeError(error),
        );
        expect(failure).toMatchObject({ kind: 'credentials' });
        expect(`${failure.message} ${failure.stack ?? ''}`).not.toContain(product.secret);
      }
      const failure = await product.unreachable.list(signal()).catch((error: unknown) => error);
      expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(product.secret);
    });

    it('throws the reason of an aborted call', async () => {
      const reason = new Error('cancelled by a person');
      await expect(product.client.list(AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}

function nzbOf({ add }: { add: AddDownload }): Uint8Array {
  return add.content.kind === 'nzb' ? add.content.bytes : new Uint8Array();
}
