import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { DownloadItem, DownloadState } from '../../../src/domain/acquisition/download.js';
import { createNzbgetClient } from '../../../src/integrations/download-clients/nzbget/client.js';
import type { AddDownload, DownloadClient } from '../../../src/integrations/download-clients/port.js';
import { packAsRar, withRepairBlocks, type NamedBytes } from '../../support/archives.js';
import { canMount, createDisks } from '../../support/disks.js';
import { eventually } from '../../support/eventually.js';
import { startNntpServer, type ArticleFault, type NntpServer } from '../../support/nntp-server.js';
import {
  CONTROL,
  missingUsenetPrograms,
  NEWS_LOGIN,
  startNzbget,
  type RunningNzbget,
} from '../../support/nzbget.js';
import { postFiles, type Post } from '../../support/usenet-post.js';

const missing = missingUsenetPrograms();
const described =
  missing.length === 0
    ? describe
    : (name: string, body: () => void) => {
        describe.skip(`${name}: not installed: ${missing.join(', ')}`, body);
      };

const signal = (): AbortSignal => AbortSignal.timeout(30_000);
const SEGMENT = 16_384;

described('what goes wrong at a real NZBGet', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'longplay-nzbget-failures-'));
  const disks = createDisks();
  let news: NntpServer;
  let nzbget: RunningNzbget;
  let client: DownloadClient;
  let count = 0;

  beforeAll(async () => {
    news = await startNntpServer({ login: NEWS_LOGIN });
  });

  afterAll(async () => {
    await news.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    count += 1;
  });

  afterEach(async () => {
    news.release();
    news.refuseLogins(false);
    await nzbget.stop();
    disks.unmountAll();
  });

  async function start(settings: Record<string, string> = {}, mainFolder?: string): Promise<void> {
    nzbget = await startNzbget({
      folder: path.join(folder, `nzbget-${count}`),
      news,
      settings,
      ...(mainFolder === undefined ? {} : { mainFolder }),
    });
    client = clientAt(nzbget.url);
  }

  function clientAt(baseUrl: string, fetcher: typeof fetch = fetch): DownloadClient {
    return createNzbgetClient({ id: 'nzbget', baseUrl, ...CONTROL, fetch: fetcher });
  }

  async function rpc(method: string, ...params: unknown[]): Promise<unknown> {
    const authorization = `Basic ${Buffer.from(`${CONTROL.username}:${CONTROL.secret}`).toString('base64')}`;
    const body = JSON.stringify({ method, params, id: 1 });
    const headers = { authorization, connection: 'close' };
    const response = await fetch(`${nzbget.url}/jsonrpc`, { method: 'POST', body, headers });
    return ((await response.json()) as { result: unknown }).result;
  }

  function post(files: NamedBytes[], meta?: Record<string, string>): Post {
    return postFiles(news, files, { segmentBytes: SEGMENT, ...(meta === undefined ? {} : { meta }) });
  }

  let given: AddDownload | undefined;

  async function add({ nzb }: Post, through = client): Promise<string> {
    const clientItemId = client.itemIdFor(`owner ${count}`, 'content');
    const download: AddDownload = {
      clientItemId,
      ownerKey: `owner ${count}`,
      name: 'A book',
      content: { kind: 'nzb', bytes: nzb },
      directory: '/not/of/usenet',
      hostDirectory: '/not/of/usenet',
      resume: false,
    };
    await through.add(download, signal());
    given = download;
    return clientItemId;
  }

  /** As the poller does with what was given last, once what held it may have passed. */
  async function giveAgain(): Promise<void> {
    if (given === undefined) throw new Error('Expected something to have been given');
    await client.add({ ...given, resume: true, afterFault: true }, signal());
  }

  async function find(id: string): Promise<DownloadItem | undefined> {
    return (await client.list(signal())).find(({ clientItemId }) => clientItemId === id);
  }

  const OVER: DownloadState[] = ['complete', 'failed', 'held', 'removedExternally'];

  async function until(id: string, states: readonly DownloadState[] = OVER): Promise<DownloadItem> {
    let found: DownloadItem | undefined;
    await eventually(
      async () => {
        found = await find(id);
        return found !== undefined && states.includes(found.state);
      },
      { withinMs: 40_000, everyMs: 50 },
    );
    if (found === undefined) throw new Error(`Expected an item ${id}`);
    return found;
  }

  async function expectComplete(id: string, { name, bytes }: NamedBytes): Promise<void> {
    const item = await until(id);
    expect(item).toMatchObject({ state: 'complete' });
    expect((await readFile(path.join(item.directory ?? '', name))).equals(bytes)).toBe(true);
  }

  const makeBook = (articles = 30): NamedBytes => ({
    name: 'book.mp3',
    bytes: randomBytes(articles * SEGMENT),
  });

  function breakInTheMiddle({ name, bytes }: NamedBytes): NamedBytes {
    return {
      name,
      bytes: Buffer.concat([bytes.subarray(0, 20_000), randomBytes(9), bytes.subarray(20_009)]),
    };
  }

  function breakArticles({ files }: Post, name: string, faults: Record<number, ArticleFault>): void {
    const ids = files.find((file) => file.name === name)?.messageIds ?? [];
    for (const [at, fault] of Object.entries(faults)) news.setFault(ids[Number(at)] ?? '', fault);
  }

  describe('articles', () => {
    it('repairs what is missing or damaged', async () => {
      await start();
      const book = makeBook();
      const posted = post(await withRepairBlocks(book, 40));
      breakArticles(posted, book.name, { 3: 'missing', 7: 'wrong_crc' });
      await expectComplete(await add(posted), book);
    });

    it.each([
      ['park', 'HEALTH'],
      ['pause', 'HEALTH'],
      ['none', 'FAILURE/PAR'],
    ])('blames the release beyond repair with HealthCheck=%s', async (HealthCheck, code) => {
      await start({ HealthCheck });
      const book = makeBook();
      const posted = post(await withRepairBlocks(book, 10));
      breakArticles(posted, book.name, {
        3: 'missing',
        5: 'missing',
        7: 'missing',
        9: 'missing',
        11: 'missing',
      });
      const item = await until(await add(posted));
      expect(item).toMatchObject({ state: 'failed', fault: { blame: 'release', code } });
    });

    it('gets over a dropped connection', async () => {
      await start({ ArticleRetries: '5' });
      const book = makeBook(4);
      const posted = post([book]);
      breakArticles(posted, book.name, { 1: 'dropped' });
      const id = await add(posted);
      await expectComplete(id, book);
      expect(news.dropped()).toBe(1);
    });

    it('is held for the machine while the news server refuses the log-in, and goes on by itself', async () => {
      news.refuseLogins(true);
      await start();
      const book = makeBook(4);
      const id = await add(post([book]));
      expect(await until(id, ['held'])).toMatchObject({
        fault: { blame: 'environment', code: 'NEWS_SERVER', message: expect.stringContaining('failed') },
      });
      news.refuseLogins(false);
      await eventually(async () => (await find(id))?.state === 'complete', { withinMs: 40_000 });
    });
  });

  describe('unpacking', () => {
    it('unpacks, also with the password that the NZB tells', async () => {
      await start();
      const book = makeBook(4);
      const packed = await packAsRar(book, { password: 'geheim' });
      await expectComplete(await add(post([packed], { password: 'geheim' })), book);
    });

    it('blames the release for a password that nobody told', async () => {
      await start();
      const packed = await packAsRar(makeBook(4), { password: 'geheim' });
      const item = await until(await add(post([packed])));
      expect(item).toMatchObject({ state: 'failed', fault: { blame: 'release', code: 'WARNING/PASSWORD' } });
    });

    it('blames the release for a broken archive', async () => {
      await start();
      const broken = breakInTheMiddle(await packAsRar(makeBook(4)));
      const item = await until(await add(post([broken])));
      expect(item).toMatchObject({ state: 'failed', fault: { blame: 'release', code: 'FAILURE/UNPACK' } });
    });

    it('blames the machine where the unpacker cannot be started, and unpacks once it can', async () => {
      await start();
      const book = makeBook(4);
      const id = await addWithoutUnpacker(await packAsRar(book));
      await expectComplete(id, book);
    });

    it('blames the release once the machine is mended and the archive is still broken', async () => {
      await start();
      const id = await addWithoutUnpacker(breakInTheMiddle(await packAsRar(makeBook(4))));
      expect(await until(id)).toMatchObject({ state: 'failed', fault: { blame: 'release' } });
    });

    /** Held at first, then given again with the unpacker back. */
    async function addWithoutUnpacker(archive: NamedBytes): Promise<string> {
      const unrar = path.join(folder, `nzbget-${count}`, 'unrar');
      await rename(unrar, `${unrar}.away`);
      const id = await add(post([archive]));
      expect(await until(id)).toMatchObject({ state: 'held', fault: { blame: 'environment' } });
      await rename(`${unrar}.away`, unrar);
      await giveAgain();
      await eventually(async () => (await find(id))?.state !== 'held');
      return id;
    }
  });

  const onDisks = canMount ? describe : describe.skip;
  onDisks('a full disk (needs root)', () => {
    it('is held while NZBGet paused for want of space, and goes on once there is some', async () => {
      const disk = path.join(folder, `disk-${count}`);
      await disks.mountTmpfs(disk, '8m');
      await start({ DiskSpace: '6' }, disk);
      const book = makeBook(300);
      news.holdAfter(180);
      const id = await add(post([book]));
      await until(id, ['held']);
      expect(await find(id)).toMatchObject({ fault: { blame: 'environment', code: 'disk_full' } });
      news.release();
      disks.remount(disk, 'size=64m');
      await giveAgain();
      await eventually(async () => (await find(id))?.state !== 'held');
      await expectComplete(id, book);
    });

    it('is held when there is no space to unpack, and unpacks once there is some', async () => {
      const disk = path.join(folder, `disk-${count}`);
      await disks.mountTmpfs(disk, '6m');
      await start({ DiskSpace: '1' }, disk);
      const book = makeBook(200);
      const id = await add(post([await packAsRar(book)]));
      expect(await until(id)).toMatchObject({
        state: 'held',
        fault: { blame: 'environment', code: 'disk_full' },
      });
      disks.remount(disk, 'size=64m');
      await giveAgain();
      await eventually(async () => (await find(id))?.state !== 'held');
      await expectComplete(id, book);
    });
  });

  describe('people', () => {
    it('sees what a person paused, deleted or marked as bad, and fetches anew what was deleted', async () => {
      await start();
      news.holdAfter(1);
      const book = makeBook(4);
      const posted = post([book]);
      const id = await add(posted);
      await rpc('pausedownload');
      await until(id, ['paused']);
      await rpc('resumedownload');
      const [group] = (await rpc('listgroups', 0)) as { NZBID: number }[];
      await rpc('editqueue', 'GroupDelete', 0, '', [group?.NZBID]);
      await until(id, ['removedExternally']);
      news.release();
      await add(posted);
      await expectComplete(id, book);
      const [past] = (await rpc('history', false)) as { NZBID: number }[];
      await rpc('editqueue', 'HistoryMarkBad', 0, '', [past?.NZBID]);
      expect(await until(id, ['failed'])).toMatchObject({ fault: { blame: 'release', code: 'BAD' } });
    });

    it("shows strangers' items under their numbers", async () => {
      await start();
      const nzb = Buffer.from(post([makeBook(1)]).nzb).toString('base64');
      await rpc('append', 'of somebody.nzb', nzb, '', 0, false, true, '', 0, 'SCORE', []);
      const items = await client.list(signal());
      expect(items).toMatchObject([{ clientItemId: 'nzbget-1', name: 'of somebody', state: 'paused' }]);
    });
  });

  describe('the product', () => {
    it('sets the tag by the number where the parameters of an add were dropped', async () => {
      await start();
      const dropping: typeof fetch = (url, init) =>
        fetch(url, {
          ...init,
          ...(typeof init?.body === 'string' ? { body: init.body.replace('["lp",', '["dropped",') } : {}),
        });
      const book = makeBook(2);
      news.holdAfter(0);
      const posted = post([book]);
      const id = await add(posted, clientAt(nzbget.url, dropping));
      expect(await client.list(signal())).toMatchObject([{ clientItemId: id }]);
      news.release();
      await expectComplete(id, book);
    });

    it('warns of settings that lose items or hide a full disk', async () => {
      await start({ KeepHistory: '0', DiskSpace: '0', ParCheck: 'manual', Unpack: 'no' });
      const { warnings } = await client.check(signal());
      expect(warnings.map(({ code }) => code)).toEqual([
        'keeps_no_history',
        'no_disk_reserve',
        'repairs_by_hand_only',
        'unpacks_nothing',
      ]);
      await nzbget.stop();
      await start({ KeepHistory: '30', DiskSpace: '250' });
      expect((await client.check(signal())).warnings).toEqual([]);
    });
  });
});

describe('what answers instead of NZBGet', () => {
  async function probe(answer: string): Promise<unknown> {
    const server = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createNzbgetClient({ id: 'n', baseUrl: `http://127.0.0.1:${port}/`, username: null });
    try {
      return await client.probe(signal());
    } catch (error) {
      return error;
    } finally {
      server.close();
    }
  }

  it.each([
    ['{"result":"13.0"}', { kind: 'bad_input', message: 'Expected NZBGet 16 or later, got 13.0' }],
    ['{"result":"21.1-testing-r2333"}', { version: '21.1-testing-r2333' }],
    ['<html>router</html>', { kind: 'environment', message: expect.stringContaining('a web page') }],
    ['{"error":{"message":"Invalid procedure"}}', { kind: 'transient' }],
    ['{"result":16}', { kind: 'transient', message: expect.stringContaining('version') }],
  ])('%s', async (answer, expected) => {
    expect(await probe(answer)).toMatchObject(expected);
  });

  it('is an environment fault when it takes the call and says nothing, or sends it elsewhere', async () => {
    let leads = false;
    const server = createServer((_request, response) => {
      if (leads) response.writeHead(307, { location: 'http://127.0.0.1:1/jsonrpc' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${port}`;
    const client = createNzbgetClient({ id: 'n', baseUrl, username: null, timeoutMs: 200 });
    try {
      for (const why of ['does not answer', 'HTTP 307']) {
        await expect(client.list(signal())).rejects.toMatchObject({
          kind: 'environment',
          waitingReason: 'client_unreachable',
          message: expect.stringContaining(why),
        });
        leads = true;
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it.each(['http://user:hunter2@host', 'http://host/?apikey=hunter2', 'nzb', 'ftp://host'])(
    'refuses the address %s without repeating it',
    (baseUrl) => {
      const create = () => createNzbgetClient({ id: 'n', baseUrl, username: null });
      expect(create).toThrow(/^Expected an address/);
      expect(create).not.toThrow(/hunter2/);
    },
  );
});
